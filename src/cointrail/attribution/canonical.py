"""Tags and actors as canonical JSON: what the digest of a tag set is taken over."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import rfc8785

from cointrail.attribution.actors import Actor
from cointrail.attribution.tags import Tag


def tag_json(tag: Tag) -> bytes:
    """The claim as canonical JSON. Pack and line are not part of a claim."""
    return rfc8785.dumps(
        {
            "actor": tag.actor,
            "address": tag.address,
            "categories": list(tag.categories),
            "confidence": tag.confidence.id,
            "context": tag.context,
            "extra": [list(pair) for pair in tag.extra],
            "is_cluster_definer": tag.is_cluster_definer,
            "label": tag.label,
            "lastmod": tag.lastmod.isoformat() if tag.lastmod else None,
            "script": tag.script.hex() if tag.script is not None else None,
            "source": tag.source,
            "tag_type": tag.tag_type,
            "txid": str(tag.txid) if tag.txid else None,
        }
    )


def actor_json(actor: Actor) -> bytes:
    """The actor as canonical JSON."""
    return rfc8785.dumps(
        {
            "aliases": list(actor.aliases),
            "categories": list(actor.categories),
            "extra": [list(pair) for pair in actor.extra],
            "id": actor.id,
            "jurisdictions": list(actor.jurisdictions),
            "label": actor.label,
            "legal_name": actor.legal_name,
            "source": actor.source,
            "uri": actor.uri,
        }
    )


def digest_of(tags: Iterable[bytes], actors: Iterable[bytes]) -> str:
    """SHA-256 (hex) over one canonical object of both, each sorted by its bytes."""
    body = b'{"actors":[%b],"tags":[%b]}' % (b",".join(sorted(actors)), b",".join(sorted(tags)))
    return hashlib.sha256(body).hexdigest()
