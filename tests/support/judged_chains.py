"""Small chains of scripts that share keys, and judgements on them, drawn at random."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import NamedTuple

from hypothesis import assume
from hypothesis import strategies as st

from cointrail.chain.script import PAY_TO_ANCHOR, hash160, p2pkh, p2sh, p2wpkh, p2wsh, script_hash
from cointrail.clustering.build import build
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.judged import JudgedClusters
from cointrail.clustering.judgements import Judgement, JudgementKind
from cointrail.clustering.links import LinkTable
from cointrail.errors import BadInput
from support.array_chain import ArrayChain, Arrays, PlainTx, plain_chains, txid_of

KEYS = [hashlib.sha256(bytes([k])).digest()[:20] for k in range(2)]
WRAPPED = [p2wsh(script_hash(p2pkh(key))) for key in KEYS]
INNER = {
    p2sh(hash160(inner)): inner
    for key, wrapped in zip(KEYS, WRAPPED, strict=True)
    for inner in (p2wpkh(key), p2pkh(key), wrapped)
}
SCRIPTS = [
    *map(p2pkh, KEYS),
    *map(p2wpkh, KEYS),
    *WRAPPED,
    *INNER,
    PAY_TO_ANCHOR,
]


class Case(NamedTuple):
    """A chain with scripts that share keys, and its clusters. Some outputs are spent as two of two."""

    txs: list[PlainTx]
    scripts: list[bytes]
    pairs: frozenset[int]
    chain: ArrayChain
    clusters: Clusters


def chain_of(txs: list[PlainTx], scripts: list[bytes], pairs: frozenset[int] = frozenset()) -> ArrayChain:
    inner = {n: INNER[script] for n, script in enumerate(scripts) if script in INNER}
    return ArrayChain(Arrays.of(txs), settled=len(txs) // 2, scripts=scripts, inner=inner, pairs=pairs)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A few scripts of two keys in many forms, some of them spent together."""
    txs, scripts = draw(plain_chains(most=10)), draw(st.permutations(SCRIPTS))[:8]
    paid = [scripts[script] for tx in txs for script, _ in tx.pays]
    channels = frozenset(k for k, script in enumerate(paid) if script in WRAPPED)
    pairs = draw(st.just(channels) | st.frozensets(st.integers(0, len(paid))))
    chain = chain_of(txs, scripts, pairs)
    return Case(txs, scripts, pairs, chain, build(chain))


def pairs_of(links: LinkTable) -> list[tuple[int, int]]:
    return list(zip(links.one.tolist(), links.other.tolist(), strict=True))


def judgement(number: int, kind: JudgementKind, **said: object) -> Judgement:
    facts: dict[str, object] = {"id": f"J{number}", "kind": kind, "who": "an analyst", "why": "a reason"}
    return Judgement(**(facts | {"when": date(2024, 5, 1)} | said))  # type: ignore[arg-type]


@st.composite
def judged_cases(draw: st.DrawFn) -> tuple[Case, list[Judgement]]:
    """A chain and a few judgements on its scripts and transactions."""
    case = draw(cases())
    assume(case.chain.n_scripts > 1)
    found: list[Judgement] = []
    for number in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from([JudgementKind.APART, JudgementKind.NO_LINK, JudgementKind.SAME_HAND]))
        if kind is JudgementKind.NO_LINK:
            tx = draw(st.integers(0, len(case.txs) - 1))
            found.append(judgement(number, kind, txid=txid_of(tx)))
        else:
            pair = draw(st.permutations(range(case.chain.n_scripts)))[:2]
            scripts = tuple(case.scripts[n] for n in pair)
            found.append(judgement(number, kind, scripts=scripts, names=tuple(s.hex() for s in scripts)))
    return case, found


def judged_or_none(case: Case, entries: list[Judgement]) -> JudgedClusters | None:
    try:
        return JudgedClusters(case.chain, case.clusters, entries)
    except BadInput:
        return None
