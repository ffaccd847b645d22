"""Plans by name: one for each era, and a few that stress one thing."""

from __future__ import annotations

from cointrail.errors import BadInput
from cointrail.simulate.composed.plan import Plan

_SERVICES = {
    "exchange": 140.0, "custody": 0.5, "merchant": 25.0, "pool": 8.0, "mixer": 5.0, "market": 12.0,
    "ransom": 10.0, "thief": 0.7, "consolidator": 4.0, "duster": 0.7, "nested": 12.0,
}  # fmt: skip

PRESETS = {
    "2013": Plan(
        2013, {"reuse": 0.3, "merchant_reuse": 0.6, "core_share": 0.34, "payjoin": 0.0},
        {**_SERVICES, "casino": 120.0, "exchange": 110.0},
    ),
    "2016": Plan(
        2016, {"reuse": 0.2, "merchant_reuse": 0.4, "core_share": 0.14, "payjoin": 0.0},
        {**_SERVICES, "casino": 40.0, "joinmarket": 6.0},
    ),
    "2018": Plan(
        2018, {"reuse": 0.15, "merchant_reuse": 0.3, "core_share": 0.20, "payjoin": 0.0},
        {**_SERVICES, "casino": 20.0, "joinmarket": 4.0, "wasabi1": 1.5, "lightning": 12.0,
         "token": 20.0},
    ),
    "2021": Plan(
        2021, {"reuse": 0.12, "merchant_reuse": 0.25, "core_share": 0.08},
        {**_SERVICES, "casino": 8.0, "joinmarket": 4.0, "wasabi1": 1.5, "whirlpool": 10.0, "lightning": 25.0},
    ),
    "2025": Plan(
        2025, {"reuse": 0.1, "merchant_reuse": 0.2, "core_share": 0.05},
        {**_SERVICES, "casino": 4.0, "joinmarket": 4.0, "wasabi2": 1.0, "lightning": 30.0,
         "ordinals": 150.0, "token": 250.0},
    ),
    "joins": Plan(
        2021, {"persons": 400},
        {"exchange": 120.0, "merchant": 20.0, "pool": 8.0, "joinmarket": 30.0, "wasabi1": 8.0,
         "whirlpool": 30.0},
    ),
    "quiet": Plan(2018, {"payjoin": 0.0}, {"exchange": 120.0, "merchant": 20.0, "pool": 8.0}),
    "core": Plan(
        2025, {"core_share": 0.6, "reuse": 0.02, "merchant_reuse": 0.0},
        {"exchange": 120.0, "merchant": 20.0, "pool": 8.0},
    ),
    "crime": Plan(
        2021, {},
        {"exchange": 140.0, "merchant": 20.0, "pool": 8.0, "ransom": 30.0, "thief": 4.0, "mixer": 20.0,
         "market": 40.0, "nested": 30.0, "custody": 2.0},
    ),
}  # fmt: skip
"""By name. None has coin swaps."""


def preset(name: str) -> Plan:
    """The plan of that name.

    Raises:
        BadInput: there is none.
    """
    if name not in PRESETS:
        raise BadInput(f"there is no preset `{name}`", hint=f"there are {', '.join(PRESETS)}", value=name)
    return PRESETS[name]
