"""A plan: what a world is made of. Read from TOML, named by a preset, or drawn at random."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cointrail.errors import BadInput
from cointrail.simulate.composed.eras import ERAS, Era
from cointrail.simulate.composed.ranges import (
    AGENT_NAMES,
    AGENTS,
    MAX_RATE,
    MAX_RATES,
    VALUES,
    YEARS,
    Value,
)
from cointrail.simulate.dice import Dice

_TABLES = ("world", "people", "agents")


@dataclass(frozen=True, slots=True)
class Plan:
    """All values of a world but its seed. `ranges` says what each means and which values it takes."""

    year: int = 2018
    numbers: Mapping[str, float] = field(default_factory=dict)
    """Values by name; the defaults where they are not named."""
    rates: Mapping[str, float] = field(default_factory=dict)
    """Transactions among 1,000, by agent; none where an agent is not named."""

    def __post_init__(self) -> None:
        """Check every value.

        Raises:
            BadInput: a name that there is not, or a value out of its range.
        """
        if self.year not in ERAS:
            raise BadInput(
                f"worlds are set in {', '.join(map(str, YEARS))}, not in {self.year}", value=self.year
            )
        known = {value.name: value for value in VALUES}
        for name, number in self.numbers.items():
            if name not in known:
                raise BadInput(
                    f"a plan has no value `{name}`", hint=f"there are {', '.join(known)}", value=name
                )
            _check_number(known[name], number)
        for name, rate in self.rates.items():
            if name not in AGENT_NAMES:
                raise BadInput(
                    f"there is no agent `{name}`", hint=f"there are {', '.join(AGENT_NAMES)}", value=name
                )
            _check(f"the rate of `{name}`", rate, 0, MAX_RATE)
        self._check_years()
        _check("the sum of all agents' rates", round(sum(self.rates.values()), 6), 0, MAX_RATES)

    def _check_years(self) -> None:
        for agent in AGENTS:
            if self.rates.get(agent.name, 0) and agent.since > self.year:
                raise BadInput(
                    f"there is no `{agent.name}` before {agent.since}",
                    hint="leave it out or take a later era",
                    value=agent.name,
                )

    @property
    def era(self) -> Era:
        """What the year brings."""
        return ERAS[self.year]

    def whole(self, name: str) -> int:
        """A value that is counted."""
        return int(self.number(name))

    def number(self, name: str) -> float:
        """A value, or its default."""
        return self.numbers.get(name, next(value.default for value in VALUES if value.name == name))

    def with_size(self, transactions: int | None, per_block: int | None = None) -> Plan:
        """The same plan for another size of world."""
        given = {"transactions": transactions, "per_block": per_block}
        new = {name: number for name, number in given.items() if number is not None}
        return Plan(self.year, {**self.numbers, **new}, self.rates)

    def to_toml(self) -> str:
        """The plan as a file that reads as the same plan; every value is named."""
        lines = ["[world]", f"era = {self.year}"]
        table = "world"
        for value in VALUES:
            if value.table != table:
                table = value.table
                lines += ["", f"[{table}]"]
            lines.append(f"{value.name} = {_text(self.number(value.name), whole=value.whole)}")
        lines += ["", "[agents]"]
        lines += [f"{name} = {_text(self.rates[name])}" for name in AGENT_NAMES if self.rates.get(name)]
        return "\n".join(lines) + "\n"


def plan_from_toml(path: Path) -> Plan:
    """The plan that a TOML file states.

    Raises:
        BadInput: no such file, no TOML, a name that there is not, or a value out of its range.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"cannot read `{path}`: {error.strerror}", path=str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"`{path}` is not TOML: {error}", path=str(path)) from error
    return plan_from_tables(tables)


def plan_from_tables(tables: Mapping[str, object]) -> Plan:
    """The plan in the tables `[world]`, `[people]` and `[agents]`.

    Raises:
        BadInput: a table or name that there is not, or a value that is none.
    """
    numbers: dict[str, float] = {}
    rates: dict[str, float] = {}
    year = 2018
    for table, content in tables.items():
        if table not in _TABLES or not isinstance(content, dict):
            raise BadInput(
                f"a plan has no table `{table}`", hint=f"there are {', '.join(_TABLES)}", value=table
            )
        for name, number in content.items():
            if isinstance(number, bool) or not isinstance(number, int | float):
                raise BadInput(f"`{name}` takes a number, got {number!r}", value=str(number))
            if (table, name) == ("world", "era"):
                year = int(number) if number == int(number) else -1
            elif table == "agents":
                rates[name] = float(number)
            elif any(value.name == name and value.table == table for value in VALUES):
                numbers[name] = number
            else:
                raise BadInput(f"the table `{table}` has no value `{name}`", value=name)
    return Plan(year, numbers, rates)


def draw_plan(dice: Dice, *, transactions: int | None = None) -> Plan:
    """A plan at random within the ranges; every agent of its years is there or not, by a coin.

    `transactions` fixes the size; without it the size is drawn too, up to 10,000.
    """
    year = dice.pick(YEARS)
    numbers = {value.name: _draw(value, dice) for value in VALUES}
    size = transactions or 300 + dice.below(9_700)
    numbers["transactions"] = size
    numbers["per_block"] = 10 + dice.below(190)
    numbers["persons"] = 60 + dice.below(min(1_000, max(60, size // 6)))
    numbers["merchants"] = 3 + dice.below(40)
    rates = {
        agent.name: round(dice.between(0.3, agent.drawn_to), 2)
        for agent in AGENTS
        if agent.since <= year and agent.drawn_to and dice.chance(0.7)
    }
    total = sum(rates.values())
    if total > MAX_RATES:
        rates = {name: round(rate * 0.99 * MAX_RATES / total, 2) for name, rate in rates.items()}
    return Plan(year, numbers, rates)


def _draw(value: Value, dice: Dice) -> float:
    drawn = dice.between(value.low, value.high)
    return int(drawn) if value.whole else round(drawn, 4)


def _check_number(value: Value, number: float) -> None:
    if value.whole and number != int(number):
        raise BadInput(f"`{value.name}` is a whole number, got {number}", value=number)
    _check(f"`{value.name}`", number, value.low, value.high)


def _check(what: str, number: float, low: float, high: float) -> None:
    if not low <= number <= high:
        raise BadInput(f"{what} is {low:g} to {high:g}, got {number:g}", value=number)


def _text(number: float, *, whole: bool = False) -> str:
    return str(int(number)) if whole else f"{number:g}"
