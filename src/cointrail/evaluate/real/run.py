"""The whole evaluation on a folder of labelled real transactions."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cointrail.errors import BadInput, CointrailError
from cointrail.evaluate.real.blocks import unread_prevouts
from cointrail.evaluate.real.chain import LinkTally, PairTally, tally_chain
from cointrail.evaluate.real.detectors import GateTally, Tally, look_at, not_run, tally_all, tally_gate
from cointrail.evaluate.real.exchanges import ExchangeTally, tally_exchanges
from cointrail.evaluate.real.rates import RealRate, real_rates
from cointrail.evaluate.real.revealed import RevealedTally, tally_revealed
from cointrail.evaluate.real.rounds import ModelTally, SlotTally, tally_models, tally_slots
from cointrail.evaluate.real.sets import at_hand, iter_sets, listed_txids

Progress = Callable[[str, int, int], None]
"""Told the stage, how much is done, and how much there is."""

STAGES = ("sets", "gate", "detectors", "models", "emulated chain", "exchanges and change")


@dataclass(frozen=True, slots=True)
class SetInfo:
    """A labelled set: how many, what they are, which claims hold for all and which for none."""

    name: str
    n: int
    what: str
    holds: tuple[str, ...]
    never: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListInfo:
    """A published list of rounds by id: how many, and how many of them the folder holds."""

    protocol: str
    listed: int
    at_hand: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RealEvaluation:
    """What `cointrail evaluate real` gives.

    Attributes:
        sets: the labelled sets.
        detectors: every detector on every set.
        gate: the gate's verdicts on every set.
        models: the models of a join on rounds with known owners.
        slots: JoinMarket readings where its detector fired.
        pairs: clusters of the emulated chain against its wallets.
        links: its links, by rule.
        exchanges: published addresses in clusters of what is at hand.
        revealed: change rules on change that transactions give away.
        rates: all of it that has a truth, in one form.
        lists: published ids, and how many of their transactions are at hand.
        not_run: rules without a tier that need more than one transaction.
        not_read: files of spent outputs that were left out.
    """

    sets: tuple[SetInfo, ...]
    detectors: tuple[Tally, ...]
    gate: tuple[GateTally, ...]
    models: ModelTally
    slots: tuple[SlotTally, ...]
    pairs: tuple[PairTally, ...]
    links: tuple[LinkTally, ...]
    exchanges: tuple[ExchangeTally, ...]
    revealed: tuple[RevealedTally, ...]
    rates: tuple[RealRate, ...]
    lists: tuple[ListInfo, ...]
    not_run: tuple[str, ...]
    not_read: tuple[str, ...]


def evaluate_real(folder: Path, progress: Progress | None = None) -> RealEvaluation:
    """Run everything. Nothing is kept of the data but counts.

    Args:
        folder: with `coinjoin`, `transactions` and `blocks`; `labels` are counted where they are there.
        progress: told the stage.

    Raises:
        NotFound: the folder holds no labelled transactions.
        BadInput: a file is missing in it or cannot be read.
    """
    try:
        return _evaluate(folder, progress or (lambda *_: None))
    except CointrailError:
        raise
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, csv.Error, json.JSONDecodeError) as error:
        raise BadInput(
            f"`{folder}` does not hold what is expected: {error}",
            hint="see the how-to on evaluation for the files and their forms",
            path=str(folder),
        ) from error


def _evaluate(folder: Path, progress: Progress) -> RealEvaluation:
    def told(stage: int) -> None:
        progress(STAGES[stage], 0, 1)

    told(0)
    sets = tuple(iter_sets(folder))
    told(1)
    looked = [look_at(one) for one in sets]
    gate = tuple(tally_gate(looked))
    told(2)
    tallies = tuple(tally_all(looked))
    told(3)
    models, slots = tally_models(folder), tuple(tally_slots(sets))
    told(4)
    pairs, links = tally_chain(folder)
    told(5)
    exchanges, revealed = tally_exchanges(folder, looked), tally_revealed(looked)
    return RealEvaluation(
        sets=tuple(
            SetInfo(one.name, len(one.txs), one.what, tuple(sorted(one.yes)), tuple(sorted(one.no)))
            for one in sets
        ),
        detectors=tallies,
        gate=gate,
        models=models,
        slots=slots,
        pairs=pairs,
        links=links,
        exchanges=exchanges,
        revealed=revealed,
        rates=real_rates(
            looked, detectors=tallies, gate=gate, links=links, exchanges=exchanges, revealed=revealed
        ),
        lists=tuple(
            ListInfo(protocol, len(listed), at_hand(listed, sets))
            for protocol, listed in listed_txids(folder).items()
        ),
        not_run=not_run(),
        not_read=unread_prevouts(folder),
    )
