"""Wallet programs with their dated habits.

Habits of 2020 to 2024 are those of the published fingerprint surveys and of the programs' sources; older
ones are from release notes as far as they say it. A habit that no source states is marked `assumed` in the
program's note. Shares are assumptions: nobody counts wallets.

Sources: Ghesmati, Fdhila and Weippl, Bitcoin privacy: a survey, 2022; "wallet fingerprints" by I. Muncaster,
2023; Bitcoin Core release notes 0.11 (locktime), 0.14 (version 2), 0.16 (nested segwit), 0.17 (branch and
bound, low R), 0.20 (native segwit), 22 (least waste), 24 (change type, opt-in replacement), 27 (CoinGrinder);
BIPs 69, 125, 86.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from cointrail.simulate.composed.ledger import FINAL, NO_RBF, RBF
from cointrail.simulate.composed.selection import Selection
from cointrail.simulate.locks import Kind


class Locktime(Enum):
    """What stands in the locktime."""

    ZERO = auto()
    TIP = auto()
    """The height of the tip; one in ten up to 99 blocks less (against fee sniping)."""


class Inputs(Enum):
    """Order of inputs."""

    PICKED = auto()
    SHUFFLED = auto()
    SORTED = auto()
    """BIP 69."""
    OLDEST = auto()


class Outputs(Enum):
    """Where change stands, or how all outputs are ordered."""

    CHANGE_FIRST = auto()
    CHANGE_LAST = auto()
    CHANGE_ANYWHERE = auto()
    SORTED = auto()
    """BIP 69."""


class Fees(Enum):
    """How a program gets to its fee."""

    EXACT = auto()
    """An estimate with decimals."""
    WHOLE = auto()
    """Whole satoshi for a virtual byte."""
    PER_KB = auto()
    """A fixed sum for each kilobyte begun, as before 2016."""


@dataclass(frozen=True, slots=True)
class Program:
    """What a wallet program does with every transaction."""

    name: str
    since: int
    until: int
    """Last year in which people use it here."""
    shares: tuple[tuple[int, float], ...]
    """Part of all people, by year from which on."""
    kinds: tuple[tuple[Kind, float], ...] = ((Kind.P2PKH, 1.0),)
    """Kinds of addresses with their parts among its users."""
    version: int = 1
    sequence: int = FINAL
    locktime: Locktime = Locktime.ZERO
    selection: Selection = Selection.LARGEST
    inputs: Inputs = Inputs.PICKED
    outputs: Outputs = Outputs.CHANGE_ANYWHERE
    fees: Fees = Fees.WHOLE
    low_r: bool = False
    core_change: bool = False
    """Change takes the kind of the payment (Bitcoin Core 24 and later)."""
    single: bool = False
    """One address for everything."""
    core: bool = False
    """Bitcoin Core or what behaves like it."""

    def share_at(self, year: int) -> float:
        """Part of all people who begin in `year`."""
        share = 0.0
        for since, part in self.shares:
            share = part if year >= since else share
        return share if self.since <= year <= self.until else 0.0


_NESTED_OR_OLD = ((Kind.P2PKH, 0.4), (Kind.P2SH_P2WPKH, 0.6))
_NESTED_OR_NATIVE = ((Kind.P2SH_P2WPKH, 0.5), (Kind.P2WPKH, 0.5))
_NATIVE = ((Kind.P2WPKH, 1.0),)
_NATIVE_OR_TAPROOT = ((Kind.P2WPKH, 0.7), (Kind.P2TR, 0.3))

PROGRAMS = (
    Program("core-0.8", 2013, 2014, ((2013, 0.34),), selection=Selection.KNAPSACK, inputs=Inputs.SHUFFLED,
            fees=Fees.PER_KB, core=True),
    Program("core-0.12", 2015, 2017, ((2015, 0.14),), sequence=NO_RBF, locktime=Locktime.TIP,
            selection=Selection.KNAPSACK, inputs=Inputs.SHUFFLED, fees=Fees.EXACT, core=True),
    Program("core-0.17", 2018, 2020, ((2018, 0.12),), kinds=((Kind.P2SH_P2WPKH, 0.8), (Kind.P2PKH, 0.2)),
            version=2, sequence=RBF, locktime=Locktime.TIP, selection=Selection.EXACT,
            inputs=Inputs.SHUFFLED, fees=Fees.EXACT, low_r=True, core=True),
    Program("core-22", 2021, 2022, ((2021, 0.10),), kinds=_NATIVE, version=2, sequence=RBF,
            locktime=Locktime.TIP, selection=Selection.LEAST_WASTE, inputs=Inputs.SHUFFLED,
            fees=Fees.EXACT, low_r=True, core=True),
    Program("core-28", 2023, 2030, ((2023, 0.12),), kinds=((Kind.P2WPKH, 0.8), (Kind.P2TR, 0.2)), version=2,
            sequence=RBF, locktime=Locktime.TIP, selection=Selection.GRIND, inputs=Inputs.SHUFFLED,
            fees=Fees.EXACT, low_r=True, core_change=True, core=True),
    Program("electrum-1", 2012, 2014, ((2012, 0.10),), selection=Selection.OLDEST,
            outputs=Outputs.CHANGE_ANYWHERE, fees=Fees.PER_KB),
    Program("electrum-2", 2015, 2017, ((2015, 0.16),), sequence=NO_RBF, locktime=Locktime.TIP,
            selection=Selection.RANDOM, inputs=Inputs.SORTED, outputs=Outputs.SORTED),
    Program("electrum-3", 2018, 2019, ((2018, 0.14),), kinds=((Kind.P2PKH, 0.5), (Kind.P2WPKH, 0.5)),
            version=2, sequence=RBF, locktime=Locktime.TIP, selection=Selection.RANDOM,
            inputs=Inputs.SORTED, outputs=Outputs.SORTED, low_r=True),
    Program("electrum-4", 2020, 2030, ((2020, 0.14),), kinds=_NATIVE, version=2, sequence=RBF,
            locktime=Locktime.TIP, selection=Selection.RANDOM, inputs=Inputs.SORTED,
            outputs=Outputs.SORTED, low_r=True),
    Program("web", 2012, 2030, ((2012, 0.34), (2018, 0.30), (2021, 0.18), (2025, 0.06)),
            selection=Selection.LARGEST, inputs=Inputs.SORTED, outputs=Outputs.SORTED),
    Program("bitcoinj", 2012, 2019, ((2012, 0.14), (2016, 0.16), (2018, 0.08)), selection=Selection.OLDEST,
            inputs=Inputs.OLDEST, outputs=Outputs.CHANGE_ANYWHERE),
    Program("single-2013", 2012, 2030, ((2012, 0.08), (2018, 0.05), (2021, 0.02)), single=True,
            kinds=((Kind.P2PKH_UNCOMPRESSED, 0.5), (Kind.P2PKH, 0.5)), outputs=Outputs.CHANGE_LAST),
    Program("exodus", 2016, 2030, ((2016, 0.06), (2021, 0.08)), version=2, single=True,
            kinds=((Kind.P2PKH, 0.5), (Kind.P2WPKH, 0.5)), selection=Selection.LARGEST,
            outputs=Outputs.CHANGE_LAST),
    Program("trust", 2018, 2030, ((2018, 0.04), (2021, 0.12)), sequence=RBF, single=True, kinds=_NATIVE,
            selection=Selection.OLDEST, outputs=Outputs.CHANGE_LAST),
    Program("trezor", 2014, 2030, ((2014, 0.08), (2018, 0.10)), kinds=_NESTED_OR_OLD, sequence=RBF,
            selection=Selection.EXACT, inputs=Inputs.SORTED, outputs=Outputs.SORTED),
    Program("ledger", 2016, 2030, ((2016, 0.06), (2018, 0.12)), kinds=_NESTED_OR_NATIVE, sequence=RBF,
            selection=Selection.OLDEST, inputs=Inputs.OLDEST, outputs=Outputs.CHANGE_LAST),
    Program("blue", 2019, 2030, ((2019, 0.08),), kinds=((Kind.P2WPKH, 0.8), (Kind.P2SH_P2WPKH, 0.2)),
            version=2, sequence=RBF, selection=Selection.LEAST_WASTE, outputs=Outputs.CHANGE_LAST),
    Program("mobile-exchange", 2018, 2030, ((2018, 0.05), (2021, 0.08)), kinds=_NATIVE, version=2,
            selection=Selection.LARGEST, outputs=Outputs.CHANGE_LAST),
    Program("sparrow", 2021, 2030, ((2021, 0.06), (2025, 0.12)), kinds=_NATIVE_OR_TAPROOT, version=2,
            sequence=RBF, locktime=Locktime.TIP, selection=Selection.EXACT, inputs=Inputs.SHUFFLED,
            fees=Fees.EXACT, low_r=True),
    Program("coin-control", 2013, 2030, ((2013, 0.03),), kinds=((Kind.P2PKH, 0.3), (Kind.P2WPKH, 0.7)),
            version=2, sequence=RBF, selection=Selection.MANUAL, outputs=Outputs.CHANGE_FIRST),
    Program("spend-all", 2013, 2030, ((2013, 0.02),), selection=Selection.ALL,
            outputs=Outputs.CHANGE_ANYWHERE),
)  # fmt: skip
"""All programs of people."""

BY_NAME = {program.name: program for program in PROGRAMS}

FIRST_YEAR = {
    Kind.P2SH_P2WPKH: 2018, Kind.P2WPKH: 2018, Kind.P2WSH_MULTISIG: 2018, Kind.P2TR: 2022,
    Kind.P2SH_MULTISIG: 2013,
}  # fmt: skip
"""First year in which worlds make such addresses. Segwit came in August 2017, taproot in November 2021."""


def kinds_at(program: Program, year: int) -> tuple[tuple[Kind, float], ...]:
    """The kinds that exist by `year`; P2PKH when none does."""
    there = tuple((kind, part) for kind, part in program.kinds if FIRST_YEAR.get(kind, 0) <= year)
    return there or ((Kind.P2PKH, 1.0),)


def service_program(year: int, kind: Kind | None = None) -> Program:
    """What services run: a program of their own, older kinds of addresses for longer."""
    if kind is None:
        kind = Kind.P2PKH if year < 2018 else Kind.P2SH_P2WPKH if year < 2021 else Kind.P2WPKH
    if FIRST_YEAR.get(kind, 0) > year:
        kind = Kind.P2PKH
    return Program(
        "service", 2009, 2100, (), kinds=((kind, 1.0),), version=1 if year < 2018 else 2,
        sequence=FINAL if year < 2018 else RBF, selection=Selection.OLDEST, outputs=Outputs.CHANGE_ANYWHERE,
        low_r=year >= 2021,
    )  # fmt: skip
