"""The card of a model, written by its training: what it was made of, how good it is, where it fails."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from cointrail.error_rates.combine import percent
from cointrail.evaluate.intervals import ONE, upper_bound
from cointrail.evaluate.learning.calibrate import FALSE_POSITIVES_PPM
from cointrail.evaluate.learning.compare import Compared, Said, votes_by_plan
from cointrail.evaluate.learning.figures import Interval
from cointrail.evaluate.learning.plot import draw_reliability
from cointrail.evaluate.learning.run import Trained
from cointrail.evaluate.learning.seeds import CALIBRATION, COMPARISON, DRAWN_PER_SEED, TRAINING
from cointrail.evaluate.learning.train import LEAST_IN_LEAF, LEAVES, RATE, TREES
from cointrail.heuristics.change.features import FEATURES
from cointrail.heuristics.change.model import ENOUGH_HANDS, SHIPPED

MODEL, CARD, DIAGRAM = SHIPPED.name, "change-model.md", "change-model.svg"

_HEAD = """\
# The learned change model

<!-- Made by `cointrail evaluate train-change`. Do not edit. -->

One voter among the rules on change: [`change.learned`](rules/change.learned.md). How to switch it on, and to
train it anew: [use the learned change model](../how-to/use-the-learned-change-model.md).

{trees} trees, {size:,} bytes, {features} features of each output. SHA-256 of its file:
`{digest}`"""

_MEANT = """\
## What it is for, and what not

It is asked about payments with two or three spendable outputs that the gate calls SAFE, that return nothing
to a script they spend from, and that no service sent. It picks an output where it is sure enough of exactly
one, or abstains. Its vote counts as one hard signal: alone it makes a lead (T4), with another that agrees a
hop (T3). It never enters headline clusters.

**It was trained on worlds that were made up.** All figures here are of such worlds, and say nothing of
people who behave otherwise. No figure of it may be quoted as an error rate on the main network."""

_DATA = """\
## What it was made of

{trained:,} payments, {outputs:,} outputs of {training} training worlds; {calibration} calibration worlds
for probabilities, the cut and the kinds of transactions it may speak in; {comparison} comparison worlds for
every figure below. Worlds have {size:,} transactions or more, one for each preset and seed, and {drawn}
plans by lot for each seed. Seeds begin at {t:,}, {c:,} and {k:,}; nothing else draws from these.
The truth of the outputs' owners is what the worlds wrote beside their blocks."""

_METHOD = """\
Gradient boosting by scikit-learn: {trees} trees of at most {leaves} leaves, at least {least} outputs in a
leaf, learning rate {rate}. Thresholds are whole numbers and leaves are millionths of a logit, so every
machine gives the same answer. Probabilities come from isotonic regression. The cut is the least sum at which
the upper bound (Clopper and Pearson, one-sided, 95 %) of payees' outputs that are picked is at most
{ppm}, and that of wrong picks at most what T3 allows. A kind of transaction with fewer than {hands} hands
in training, or with more wrong picks in calibration than T3 allows, is refused."""

_ALONE = """\
## The model by itself

On the comparison worlds, demo left out: {payments:,} payments that the vote was asked about. It picked an
output in {spoke:,} of them, {wrong:,} wrongly: {share} of picks (95 % interval {interval}, senders drawn
again). Of {foreign:,} outputs that are not the sender's at most {bound} are picked. AUC {auc}, Brier
score {brier}, expected calibration error {ece}."""

_FAILS = """\
## Known failures

- It leans on what the other rules lean on, fresh addresses above all. Where the payee's address is new and
  the change goes to an old one that was not spent from, it is wrong as they are.
- Much of what it sees is how outputs are spent later. For coins that rest, and near the tip, it knows
  less; a verdict may change when blocks arrive, and carries the height that it was judged at.
- A payment may have no change: coins that fit exactly, two payees. {without:,} of the {payments:,} payments
  that it was trained on were such. Where worlds have few, it has not learned to keep quiet on them, and
  senders with many coins make most of them.
- Two people with the same program and the same habits look the same to it.
- A PayJoin that the gate does not see looks like an ordinary payment.
- Programs newer than the worlds' last era were never seen. Retrain when a new version of a common wallet
  changes how it builds transactions."""


def card_files(trained: Trained) -> dict[str, bytes]:
    """The model, its card and its diagram, by file name."""
    page = "\n".join(_card(trained)) + "\n"
    return {
        MODEL: trained.raw,
        CARD: page.encode("utf-8"),
        DIAGRAM: draw_reliability(trained.figures.reliability).encode("utf-8"),
    }


def write_card(trained: Trained, out: Path) -> tuple[str, ...]:
    """Write the files into `out`; the same bytes for the same training.

    Returns:
        Their names.
    """
    out.mkdir(parents=True, exist_ok=True)
    files = card_files(trained)
    for name, content in files.items():
        (out / name).write_bytes(content)
    return tuple(sorted(files))


def _card(trained: Trained) -> Iterator[str]:
    model, figures = trained.model, trained.figures
    yield _HEAD.format(
        digest=model.digest, trees=len(model.start), size=len(trained.raw), features=len(FEATURES)
    )
    yield from ("", _MEANT, "", _data(trained), "")
    yield _METHOD.format(
        trees=TREES,
        leaves=LEAVES,
        least=LEAST_IN_LEAF,
        rate=RATE,
        ppm=percent(FALSE_POSITIVES_PPM),
        hands=ENOUGH_HANDS,
    )
    yield ""
    yield _ALONE.format(
        payments=figures.payments,
        spoke=figures.spoke,
        wrong=figures.wrong,
        share=_share(figures.wrong, figures.spoke),
        interval=_interval(figures.wrong_interval),
        foreign=figures.foreign,
        bound=percent(figures.false_positive_bound_ppm),
        auc=f"{figures.auc_ppm / ONE:.4f}",
        brier=f"{figures.brier_ppm / ONE:.4f}",
        ece=percent(figures.ece_ppm),
    )
    yield from ("", "| transactions | hands in training | speaks | payments | picks | wrong | share wrong |")
    yield "|---|---|---|---|---|---|---|"
    for one in figures.strata:
        yield _row(
            one.stratum,
            f"{one.hands:,}",
            "yes" if one.known else "no",
            f"{one.payments:,}",
            f"{one.spoke:,}",
            f"{one.wrong:,}",
            f"{_share(one.wrong, one.spoke)} ({_interval(one.interval)})" if one.spoke else "",
        )
    yield from ("", "Picks of kinds in which it does not speak are those that it would have made.", "")
    yield from (f"![stated probability against the share found]({DIAGRAM})", "")
    yield from _votes(trained.compared)
    yield from ("", "## What it looks at", "", "| feature | part of all gains |", "|---|---|")
    order = sorted(zip(trained.gains_ppm, FEATURES, strict=True), reverse=True)
    yield from (_row(f"`{name}`", percent(gain)) for gain, name in order)
    fails = _FAILS.format(without=trained.without_change, payments=trained.training[1])
    yield from ("", fails, "", "## Worlds", "")
    yield "Of each purpose, SHA-256 over the names of its worlds and the digests of their truth files, in"
    yield "order."
    yield from ("", "| worlds | how many | digest |", "|---|---|---|")
    for purpose, worlds in trained.worlds.items():
        text = "".join(f"{name}\t{digest}\n" for name, digest in worlds)
        yield _row(purpose, str(len(worlds)), f"`{hashlib.sha256(text.encode()).hexdigest()}`")


def _data(trained: Trained) -> str:
    outputs, payments = trained.training
    return _DATA.format(
        trained=payments,
        outputs=outputs,
        training=len(trained.worlds["training"]),
        calibration=len(trained.worlds["calibration"]),
        comparison=len(trained.worlds["comparison"]),
        size=trained.budget.transactions,
        drawn=DRAWN_PER_SEED,
        t=TRAINING,
        c=CALIBRATION,
        k=COMPARISON,
    )


def _votes(compared: Sequence[Compared]) -> Iterator[str]:
    """The vote with and without the model, by plan."""
    yield from ("## The vote with and without it", "")
    yield "Of payments with change, the part for which T3 or stronger named an output of the sender's; and"
    yield "verdicts of T3 and T4 that named another hand's. `demo` is made by another engine, with other"
    yield from ("people and habits than any world the model was trained on.", "")
    yield "| plan | found without | found with | T3 wrong without | T3 wrong with | T4 wrong with |"
    yield "|---|---|---|---|---|---|"
    yield from (_votes_row(*votes) for votes in votes_by_plan(compared))


def _votes_row(name: str, without: Said, beside: Said) -> str:
    return _row(
        name,
        _share(without.found, without.with_change),
        _share(beside.found, beside.with_change),
        _wrong(without, 0),
        _wrong(beside, 0),
        _wrong(beside, 1),
    )


def _wrong(said: Said, place: int) -> str:
    wrong, n = said.wrong[place], said.said[place]
    return f"{wrong:,} of {n:,} (at most {percent(upper_bound(wrong, n))})" if n else "0 of 0"


def _share(part: int, whole: int) -> str:
    return percent(ONE * part // whole) if whole else "-"


def _interval(found: Interval) -> str:
    return (
        "none" if found is None else f"{percent(round(found[0] * ONE))} to {percent(round(found[1] * ONE))}"
    )


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"
