"""Wallet programs with their dated habits.

Habits of 2020 to 2024 follow the published surveys of wallet fingerprints and the programs' sources: Core
(tip locktime, random place of change, shuffled inputs, version 2, low R), Electrum (the same locktime, BIP
69, low R), Trezor (BIP 69, version 1), Ledger (oldest first, change last, version 1), Blue (version 2, change
last), Coinbase's app (version 2, no replacement, change last), Exodus and Trust (one address). Older habits
are from release notes where these speak of them; the rest (coin selection of closed programs, places of
change before 2018) is assumed. Shares are assumptions too, set so that versions, locktimes, sequences and
address kinds come near those of single real blocks of these years.

Sources: ishaanam, wallet-fingerprinting, 2023; achow101, wallet-fingerprinting; Bitcoin Core release notes
0.11 (locktime), 0.14 (version 2), 0.16 (nested segwit), 0.17 (branch and bound, low R), 0.20 (native segwit),
22 and 23 (least waste, random draw, change type), 24 (replacement), 27 (CoinGrinder); BIPs 69 and 125.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from cointrail.simulate.composed.ledger import FINAL, NO_RBF, RBF
from cointrail.simulate.composed.selection import Selection
from cointrail.simulate.dice import Dice
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
    """Change takes the kind of the payment (Bitcoin Core 23 and later)."""
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

_EARLY = ((Kind.P2PKH_UNCOMPRESSED, 0.6), (Kind.P2PKH, 0.4))
_MULTISIG = ((Kind.P2SH_MULTISIG, 1.0),)
_MULTISIG_BY_WITNESS = ((Kind.P2SH_MULTISIG, 0.25), (Kind.P2SH_P2WSH_MULTISIG, 0.75))
_ALL_KINDS = ((Kind.P2WPKH, 0.75), (Kind.P2SH_P2WPKH, 0.15), (Kind.P2PKH, 0.1))

PROGRAMS = (
    Program("core-0.8", 2013, 2014, ((2013, 0.34),), kinds=_EARLY, selection=Selection.KNAPSACK,
            inputs=Inputs.SHUFFLED,
            fees=Fees.PER_KB, core=True),
    Program("core-0.12", 2015, 2017, ((2015, 0.14),), sequence=NO_RBF, locktime=Locktime.TIP,
            selection=Selection.KNAPSACK, inputs=Inputs.SHUFFLED, fees=Fees.EXACT, core=True),
    Program("core-0.16", 2018, 2020, ((2018, 0.12),), kinds=((Kind.P2SH_P2WPKH, 0.3), (Kind.P2PKH, 0.7)),
            version=2, sequence=NO_RBF, locktime=Locktime.TIP, selection=Selection.KNAPSACK,
            inputs=Inputs.SHUFFLED, fees=Fees.EXACT, core=True),
    Program("core-22", 2021, 2022, ((2021, 0.10),), kinds=_ALL_KINDS, version=2, sequence=NO_RBF,
            locktime=Locktime.TIP, selection=Selection.LEAST_WASTE, inputs=Inputs.SHUFFLED,
            fees=Fees.EXACT, low_r=True, core=True),
    Program("core-28", 2023, 2030, ((2023, 0.12),), kinds=((Kind.P2WPKH, 0.8), (Kind.P2TR, 0.2)), version=2,
            sequence=RBF, locktime=Locktime.TIP, selection=Selection.GRIND, inputs=Inputs.SHUFFLED,
            fees=Fees.EXACT, low_r=True, core_change=True, core=True),
    Program("electrum-1", 2012, 2014, ((2012, 0.10),), kinds=_EARLY, selection=Selection.OLDEST,
            fees=Fees.PER_KB),
    Program("electrum-2", 2015, 2017, ((2015, 0.14),), sequence=NO_RBF, locktime=Locktime.TIP,
            selection=Selection.RANDOM, inputs=Inputs.SORTED, outputs=Outputs.SORTED),
    Program("electrum-3", 2018, 2019, ((2018, 0.06),), kinds=((Kind.P2PKH, 0.7), (Kind.P2WPKH, 0.3)),
            sequence=NO_RBF, locktime=Locktime.TIP, selection=Selection.RANDOM, inputs=Inputs.SORTED,
            outputs=Outputs.SORTED),
    Program("electrum-4", 2020, 2030, ((2020, 0.08), (2025, 0.06)), kinds=_NATIVE, version=2, sequence=RBF,
            locktime=Locktime.TIP, selection=Selection.RANDOM, inputs=Inputs.SORTED,
            outputs=Outputs.SORTED, low_r=True),
    Program("web", 2012, 2013, ((2012, 0.34),), kinds=_EARLY, selection=Selection.OLDEST,
            fees=Fees.PER_KB),
    Program("web-16", 2014, 2017, ((2014, 0.36),), selection=Selection.OLDEST, fees=Fees.PER_KB),
    Program("web-2", 2018, 2030, ((2018, 0.40), (2021, 0.12), (2025, 0.08)), inputs=Inputs.SORTED,
            outputs=Outputs.SORTED),
    Program("bitcoinj", 2012, 2019, ((2012, 0.14), (2016, 0.14), (2018, 0.10)), selection=Selection.OLDEST,
            inputs=Inputs.OLDEST, fees=Fees.PER_KB),
    Program("shared-keys", 2014, 2017, ((2014, 0.16),), kinds=_MULTISIG, selection=Selection.OLDEST),
    Program("shared-keys-18", 2018, 2030, ((2018, 0.09), (2021, 0.06), (2025, 0.01)),
            kinds=_MULTISIG_BY_WITNESS,
            selection=Selection.OLDEST),
    Program("single-2013", 2012, 2030, ((2012, 0.08), (2018, 0.05), (2021, 0.02)), single=True,
            kinds=((Kind.P2PKH_UNCOMPRESSED, 0.5), (Kind.P2PKH, 0.5)), outputs=Outputs.CHANGE_LAST),
    Program("exodus", 2016, 2020, ((2016, 0.06),), single=True, outputs=Outputs.CHANGE_LAST),
    Program("exodus-21", 2021, 2030, ((2021, 0.16), (2025, 0.10)), version=2, single=True,
            kinds=((Kind.P2PKH, 0.4), (Kind.P2WPKH, 0.6)), outputs=Outputs.CHANGE_LAST),
    Program("trust", 2018, 2030, ((2018, 0.02), (2021, 0.04), (2025, 0.08)), sequence=RBF, single=True,
            kinds=_NATIVE,
            selection=Selection.OLDEST, outputs=Outputs.CHANGE_LAST),
    Program("trezor", 2014, 2020, ((2014, 0.06), (2018, 0.06)), kinds=_NESTED_OR_OLD,
            selection=Selection.EXACT, inputs=Inputs.SORTED, outputs=Outputs.SORTED),
    Program("trezor-suite", 2021, 2030, ((2021, 0.02), (2025, 0.05)), kinds=_NESTED_OR_NATIVE, sequence=RBF,
            selection=Selection.EXACT, inputs=Inputs.SORTED, outputs=Outputs.SORTED),
    Program("ledger", 2016, 2021, ((2016, 0.05), (2018, 0.09), (2021, 0.06)), kinds=_NESTED_OR_OLD,
            selection=Selection.OLDEST, inputs=Inputs.OLDEST, outputs=Outputs.CHANGE_LAST),
    Program("ledger-live", 2022, 2030, ((2022, 0.06),), kinds=_NESTED_OR_NATIVE, sequence=RBF,
            selection=Selection.OLDEST, inputs=Inputs.OLDEST, outputs=Outputs.CHANGE_LAST),
    Program("blue", 2019, 2030, ((2019, 0.02), (2025, 0.12)), kinds=((Kind.P2WPKH, 0.8), (Kind.P2SH_P2WPKH,
            0.2)),
            version=2, sequence=RBF, selection=Selection.LEAST_WASTE, outputs=Outputs.CHANGE_LAST),
    Program("mobile-exchange", 2018, 2030, ((2018, 0.05), (2021, 0.42), (2025, 0.34)), kinds=_NATIVE,
            version=2,
            outputs=Outputs.CHANGE_LAST),
    Program("sparrow", 2021, 2030, ((2021, 0.02), (2025, 0.05)), kinds=_NATIVE_OR_TAPROOT, version=2,
            sequence=RBF, locktime=Locktime.TIP, selection=Selection.EXACT, inputs=Inputs.SHUFFLED,
            fees=Fees.EXACT, low_r=True),
    Program("coin-control", 2013, 2030, ((2013, 0.03),), kinds=((Kind.P2PKH, 0.3), (Kind.P2WPKH, 0.7)),
            selection=Selection.MANUAL, outputs=Outputs.CHANGE_FIRST),
    Program("spend-all", 2013, 2030, ((2013, 0.02),), selection=Selection.ALL),
)  # fmt: skip
"""All programs of people."""

FIRST_YEAR = {
    Kind.P2SH_P2WPKH: 2018, Kind.P2WPKH: 2018, Kind.P2WSH_MULTISIG: 2018, Kind.P2TR: 2022,
    Kind.P2SH_MULTISIG: 2014, Kind.P2SH_P2WSH_MULTISIG: 2018,
}  # fmt: skip
"""First year in which worlds make such addresses. Segwit came in August 2017, taproot in November 2021."""


LAST_YEAR = {Kind.P2PK: 2016, Kind.P2PK_UNCOMPRESSED: 2016, Kind.MULTISIG: 2018}
"""Last year in which worlds make such outputs anew."""

_SAME_KEYS = (
    (Kind.P2PK_UNCOMPRESSED, Kind.P2PKH_UNCOMPRESSED),
    (Kind.P2PK, Kind.P2PKH, Kind.P2SH_P2WPKH, Kind.P2WPKH),
    (Kind.MULTISIG, Kind.P2SH_MULTISIG, Kind.P2SH_P2WSH_MULTISIG, Kind.P2WSH_MULTISIG),
)
"""Kinds that the same keys open."""


def other_forms(kind: Kind, year: int) -> tuple[Kind, ...]:
    """The other kinds of outputs that the keys of one open, of those that are made by `year`."""
    return tuple(
        other
        for kinds in _SAME_KEYS
        if kind in kinds
        for other in kinds
        if other is not kind and FIRST_YEAR.get(other, 0) <= year <= LAST_YEAR.get(other, year)
    )


def kinds_at(program: Program, year: int) -> tuple[tuple[Kind, float], ...]:
    """The kinds that exist by `year`; P2PKH when none does."""
    there = tuple((kind, part) for kind, part in program.kinds if FIRST_YEAR.get(kind, 0) <= year)
    return there or ((Kind.P2PKH, 1.0),)


_SERVICE_KINDS = {
    2013: (Kind.P2PKH_UNCOMPRESSED, Kind.P2PKH),
    2016: (Kind.P2PKH, Kind.P2PKH, Kind.P2SH_MULTISIG),
    2018: (Kind.P2PKH, Kind.P2PKH, Kind.P2PKH, Kind.P2SH_P2WPKH, Kind.P2SH_P2WSH_MULTISIG),
    2021: (Kind.P2PKH, Kind.P2PKH, Kind.P2SH_P2WPKH, Kind.P2SH_P2WSH_MULTISIG, Kind.P2WPKH),
    2025: (Kind.P2SH_P2WPKH, Kind.P2WPKH, Kind.P2WPKH, Kind.P2TR),
}


def service_kind(year: int, dice: Dice) -> Kind:
    """The kind of addresses of some service that began a while before `year`."""
    return dice.pick(next(kinds for since, kinds in reversed(_SERVICE_KINDS.items()) if since <= year))


def service_program(year: int, kind: Kind | None = None) -> Program:
    """What services run: a program of their own, older kinds of addresses for longer."""
    if kind is None:
        kind = Kind.P2PKH if year < 2018 else Kind.P2SH_P2WPKH if year < 2021 else Kind.P2WPKH
    if FIRST_YEAR.get(kind, 0) > year:
        kind = Kind.P2PKH
    return Program(
        "service", 2009, 2100, (), kinds=((kind, 1.0),), version=1 if year < 2021 else 2,
        sequence=FINAL if year < 2023 else RBF, selection=Selection.OLDEST,
        fees=Fees.PER_KB if year < 2018 else Fees.WHOLE,
    )  # fmt: skip
