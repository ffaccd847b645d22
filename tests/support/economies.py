"""Small economies, drawn by hypothesis, in the text of `support.ledger`."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import strategies as st

PEOPLE = ("alice", "bob", "carol", "dave", "exchange", "shop", "note")


class Economy(NamedTuple):
    """A ledger as text, and the transactions that the gate does not let through."""

    text: str
    unsafe: frozenset[str]
    unclear: frozenset[str]
    apart: frozenset[str]
    swaps: frozenset[str]


@st.composite
def economies(draw: st.DrawFn) -> Economy:
    """Small economies: coinbases, spends, fees, reuse, coinjoins, warnings, unknown prevouts."""
    unspent: list[tuple[str, int]] = []
    lines: list[str] = []
    odd: dict[str, set[str]] = {"unsafe": set(), "unclear": set(), "apart": set(), "swaps": set()}
    for number in range(draw(st.integers(2, 10))):
        name = f"t{number}"
        spends: list[tuple[str, int]] = []
        if draw(st.integers(0, 4)) and unspent:
            order = draw(st.permutations(range(len(unspent))))
            picked = order[: draw(st.integers(1, 4))]
            spends = [unspent[place] for place in picked]
            unspent = [one for place, one in enumerate(unspent) if place not in picked]
        inputs = [text for text, _ in spends]
        if spends and not draw(st.integers(0, 9)):
            inputs.append("?")
        left = sum(value for _, value in spends) if spends else draw(st.integers(1, 5000))
        pays: list[str] = []
        for place in range(draw(st.integers(1, 4))):
            value = draw(st.integers(0, left))
            left -= value
            who = draw(st.sampled_from(PEOPLE))
            pays.append(f"{who}:{value}")
            if who != "note":
                unspent.append((f"{name}:{place}", value))
        lines.append(f"{name}: {' '.join(inputs)} -> {' '.join(pays)}")
        if spends:
            kind = draw(st.sampled_from(["", "", "", "unsafe", "unclear", "apart", "swaps"]))
            if kind:
                odd[kind].add(name)
    return Economy("\n".join(lines), **{kind: frozenset(names) for kind, names in odd.items()})
