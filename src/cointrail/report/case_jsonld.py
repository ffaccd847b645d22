"""The process behind a case in CASE/UCO: who ran what on which files, and what came of it.

UCO 1.4 has no class for coins or wallets, so only the process is stated in its terms.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from cointrail.report.case_tables import CaseTables

CONTEXT = {
    "case-investigation": "https://ontology.caseontology.org/case/investigation/",
    "kb": "urn:cointrail:case:",
    "uco-action": "https://ontology.unifiedcyberontology.org/uco/action/",
    "uco-core": "https://ontology.unifiedcyberontology.org/uco/core/",
    "uco-observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
    "uco-tool": "https://ontology.unifiedcyberontology.org/uco/tool/",
    "uco-types": "https://ontology.unifiedcyberontology.org/uco/types/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

Node = dict[str, Any]


def jsonld_of(case: CaseTables) -> bytes:
    """The process of a case as JSON-LD. The same tables give the same bytes."""
    graph = _graph(case)
    text = json.dumps({"@context": CONTEXT, "@graph": graph}, indent=1, ensure_ascii=False, sort_keys=True)
    return text.encode() + b"\n"


def _graph(case: CaseTables) -> list[Node]:
    digest = case.summary["basis_digest"]
    name, _, version = case.basis["program"].partition(" ")
    tool: Node = {
        "@id": _id(digest, "tool"),
        "@type": "uco-tool:Tool",
        "uco-core:name": name,
        "uco-tool:version": version,
    }
    given = [
        _file(digest, f"input:{one['name']}", one["name"], one["sha256"])
        for one in case.basis["settings"]["files"]
    ]
    made = [_file(digest, f"result:{file}", file, sha256) for file, sha256 in case.sha256.items()]
    provenance: Node = {
        "@id": _id(digest, "provenance"),
        "@type": "case-investigation:ProvenanceRecord",
        "uco-core:description": "The tables of one case run",
        "uco-core:object": [{"@id": one["@id"]} for one in made],
    }
    action: Node = {
        "@id": _id(digest, "action"),
        "@type": "case-investigation:InvestigativeAction",
        "uco-core:name": "case run",
        "uco-core:description": f"Basis {digest}; tip {case.basis['tip_hash']}",
        "uco-action:instrument": {"@id": tool["@id"]},
        "uco-action:object": [{"@id": one["@id"]} for one in given],
        "uco-action:result": [{"@id": provenance["@id"]}, *({"@id": one["@id"]} for one in made)],
    }
    investigation: Node = {
        "@id": _id(digest, "investigation"),
        "@type": "case-investigation:Investigation",
        "uco-core:name": case.summary["reference"],
        "uco-core:description": case.summary["legal_basis"],
        "uco-core:object": [{"@id": action["@id"]}, {"@id": provenance["@id"]}],
    }
    return [investigation, action, tool, provenance, *given, *made]


def _id(digest: str, part: str) -> str:
    """An id that follows from the basis and the part: the same case gets the same ids."""
    return f"kb:{part.partition(':')[0]}-{uuid.uuid5(uuid.NAMESPACE_URL, f'urn:cointrail:{digest}:{part}')}"


def _file(digest: str, part: str, name: str, sha256: str) -> Node:
    hashed: Node = {
        "@id": _id(digest, f"hash:{part}"),
        "@type": "uco-types:Hash",
        "uco-types:hashMethod": "SHA256",
        "uco-types:hashValue": {"@type": "xsd:hexBinary", "@value": sha256},
    }
    return {
        "@id": _id(digest, part),
        "@type": "uco-observable:ObservableObject",
        "uco-core:hasFacet": [
            {
                "@id": _id(digest, f"name:{part}"),
                "@type": "uco-observable:FileFacet",
                "uco-observable:fileName": name,
            },
            {
                "@id": _id(digest, f"content:{part}"),
                "@type": "uco-observable:ContentDataFacet",
                "uco-observable:hash": [hashed],
            },
        ],
    }
