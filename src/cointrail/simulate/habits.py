"""The wallet programs of ordinary people, with the years in which they came up."""

from __future__ import annotations

from cointrail.simulate.clock import SEGWIT, date
from cointrail.simulate.dice import Dice
from cointrail.simulate.ledger import Style
from cointrail.simulate.locks import Kind
from cointrail.simulate.wallet import Choice, Habits, Place

_MAX_LESS_1, _MAX_LESS_2 = 0xFFFFFFFE, 0xFFFFFFFD
_LEGACY = ((0, Kind.P2PKH),)
_NESTED = ((0, Kind.P2PKH), (date("2017-09-20"), Kind.P2SH_P2WPKH))
_NATIVE = ((0, Kind.P2PKH), (date("2017-12-05"), Kind.P2WPKH))

SINGLE = Habits("single", _LEGACY, reuse=True, place=Place.LAST)
SINGLE_OLD = Habits("single-old", ((0, Kind.P2PKH_UNCOMPRESSED),), reuse=True, place=Place.LAST)
WEB = Habits("web", _LEGACY, choice=Choice.OLDEST, place=Place.SORTED)
NODE = Habits(
    "node", _NESTED, choice=Choice.RANDOM,
    style=Style(version=2, sequence=_MAX_LESS_1, tip_locktime=True),
)  # fmt: skip
LIGHT = Habits(
    "light", _LEGACY, place=Place.SORTED, style=Style(sequence=_MAX_LESS_2, tip_locktime=True, low_r=True)
)
DEVICE = Habits("device", _NESTED, choice=Choice.OLDEST, place=Place.LAST, fee_factor=1.3)
PHONE = Habits("phone", _NATIVE, place=Place.FIRST, style=Style(version=2, low_r=True), fee_factor=0.8)

_CROWD = (SINGLE, SINGLE_OLD, WEB, NODE, LIGHT, DEVICE, PHONE)
_EARLY = (0.18, 0.05, 0.27, 0.17, 0.15, 0.13, 0.05)
_LATE = (0.14, 0.00, 0.20, 0.16, 0.12, 0.20, 0.18)


def pick_habits(dice: Dice, born: int) -> Habits:
    """The wallet program of someone who begins at `born`."""
    return dice.weigh(_CROWD, _EARLY if born < SEGWIT else _LATE)
