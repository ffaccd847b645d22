"""The readable page of fidelity gates, its pictures, and the same figures as CSV and JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from cointrail.error_rates.fidelity import SHIPPED, fidelity_text
from cointrail.evaluate.fidelity.classifier import AUC_LIMIT
from cointrail.evaluate.fidelity.distances import JOINT_LIMIT, MARGINAL_LIMIT
from cointrail.evaluate.fidelity.explained import ERA_NOTES, WHY
from cointrail.evaluate.fidelity.features import COLUMN, FEATURES
from cointrail.evaluate.fidelity.plots import draw_gates, draw_shares
from cointrail.evaluate.fidelity.run import EraGates
from cointrail.evaluate.worlds.write import require_room

PAGE = "fidelity.md"
_DRAWN = 5
"""Gates whose values are drawn: those that fail by most."""

_INTRO = """\
A rate that was measured in worlds says how often a rule is wrong when people behave as the worlds have them
behave. This page says how far that is from real transactions, era by era. Where a gate fails, rates of that
era carry the warning.

A **distance** is the least part of one side's transactions that would have to be others for both to be alike
in a feature (total variation). Marginals pass up to {marginal:g}, joints up to {joint:g}. The **AUC** is the
probability that a classifier scores a real transaction above a made up one; it passes up to {auc:g}, 0.5 is
chance. *Two real samples* says the same of two real samples of the era, from different days: worlds cannot be
asked to be more like a day than another day is.

Single real blocks lack most of what they spend. Everything but fee rate and coin age is read from a
transaction and its neighbours in the block alone, on both sides in the same way; these two are compared where
they are known, and the classifier does not see them. Each transaction is scored by a model that has not seen
it. Shares of programs were set with these blocks in view, so no block is unseen."""


def write_fidelity(found: Sequence[EraGates], out: Path) -> tuple[str, ...]:
    """Write page, pictures, tables and the data that ships into the new or empty folder `out`.

    Returns:
        Names of the files.
    """
    require_room(out)
    texts = {
        PAGE: "\n".join(page(found)) + "\n",
        SHIPPED: fidelity_text([one.summary for one in found]),
        "gates.csv": _csv(GATE_HEADS, gate_rows(found)),
        "shares.csv": _csv(("era", "gate", "value", "real", "made"), share_rows(found)),
        "classifier.csv": _csv(("era", "feature", "auc_lost", "meaning"), feature_rows(found)),
        "kinds.csv": _csv(("era", "kind", "transactions", "mean_score"), kind_rows(found)),
    }
    for one in found:
        worst = sorted(one.gates, key=lambda gate: gate.limit - gate.distance)[:_DRAWN]
        texts[f"gates-{one.era}.svg"] = draw_gates(
            one.gates, f"{one.era}: distances, limits (dashed), two real samples (ring)"
        )
        texts[f"values-{one.era}.svg"] = draw_shares(
            worst, f"{one.era}: real (upper, blue) and made up (lower)"
        )
    out.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (out / name).write_text(text, encoding="utf-8", newline="\n")
    return tuple(sorted(texts))


GATE_HEADS = ("era", "gate", "joint", "n_real", "n_made", "distance", "limit", "passed", "real_distance")


def gate_rows(found: Iterable[EraGates]) -> Iterator[tuple[object, ...]]:
    """Every gate, the classifier aside."""
    for era in found:
        for gate in era.gates:
            apart = "" if gate.real_distance is None else _three(gate.real_distance)
            yield (
                era.era, gate.name, gate.joint, gate.n_real, gate.n_made, _three(gate.distance), gate.limit,
                gate.passed, apart,
            )  # fmt: skip


def share_rows(found: Iterable[EraGates]) -> Iterator[tuple[object, ...]]:
    """Every value of every gate."""
    for era in found:
        for gate in era.gates:
            for share in gate.shares:
                yield era.era, gate.name, share.value, _three(share.real), _three(share.made)


def feature_rows(found: Iterable[EraGates]) -> Iterator[tuple[object, ...]]:
    """What the classifier goes by."""
    for era in found:
        for one in era.verdict.best:
            yield era.era, one.feature, _three(one.loss), FEATURES[COLUMN[one.feature]].meaning


def kind_rows(found: Iterable[EraGates]) -> Iterator[tuple[object, ...]]:
    """How real each kind of made up transactions looks to the classifier."""
    for era in found:
        for kind, count, score in era.verdict.by_kind:
            yield era.era, kind, count, _three(score)


def page(found: Sequence[EraGates]) -> Iterator[str]:
    """The page, line by line."""
    yield from ("# How like real blocks the worlds are", "")
    yield from (_INTRO.format(marginal=MARGINAL_LIMIT, joint=JOINT_LIMIT, auc=AUC_LIMIT), "")
    yield from _table(
        ("era", "transactions", "gates passed", "of", "AUC", "two real samples"),
        [
            (
                one.era, one.n, len(one.summary.passed), len(one.gates) + 1, _three(one.verdict.auc),
                _three(one.real_verdict.auc) if one.real_verdict else "there is one",
            )
            for one in found
        ],
    )  # fmt: skip
    for one in found:
        yield from ("", f"## {one.era}", "")
        yield from _era(one)


def _era(one: EraGates) -> Iterator[str]:
    files = ", ".join(f"`{name}` ({digest[:12]})" for name, digest in one.real.items())
    yield from (ERA_NOTES[one.era], "", f"Real: {files}. World: seed {one.world['seed']}.", "")
    yield from (f"![gates](gates-{one.era}.svg)", "", f"![values](values-{one.era}.svg)", "")
    failed = [gate for gate in one.gates if not gate.passed]
    yield from _table(
        ("gate that fails", "distance", "limit", "two real samples", "differs most in", "real", "made up"),
        [
            (
                gate.name, _three(gate.distance), f"{gate.limit:g}",
                "" if gate.real_distance is None else _three(gate.real_distance),
                gate.shares[0].value, _percent(gate.shares[0].real), _percent(gate.shares[0].made),
            )
            for gate in failed
        ],
    )  # fmt: skip
    passed = [gate.name for gate in one.gates if gate.passed]
    yield from ("", f"Passed: {', '.join(passed) or 'none'}.", "")
    yield from ("What the classifier goes by, and why it can:", "")
    yield from _table(
        ("feature", "AUC lost without it", "meaning", "why worlds differ"),
        [
            (w.feature, _three(w.loss), FEATURES[COLUMN[w.feature]].meaning, WHY[w.feature])
            for w in one.verdict.best
        ],
    )
    kinds = [entry for entry in one.verdict.by_kind if entry[1] >= _ENOUGH_OF_A_KIND]
    if kinds:
        least, most = kinds[0], kinds[-1]
        yield from (
            "",
            (
                f"Of made up transactions, `{least[0]}` looks least real (mean score {least[2]:.2f}), "
                f"`{most[0]}` most ({most[2]:.2f})."
            ),
        )


_ENOUGH_OF_A_KIND = 10


def _three(share: float) -> str:
    return f"{share + 0.0:.3f}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(str(cell).replace('|', '/') for cell in row)} |"


def _csv(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(rows)
    return text.getvalue()
