"""What the API takes for an exhibit is what the command line takes: commands, options and defaults."""

from __future__ import annotations

from enum import Enum
from typing import Any

import click
import pytest
import typer.main

from cointrail.api.exhibit_asks import NOT_SERVED, OPTIONS
from cointrail.cli.main import app
from cointrail.workbench.exhibit_questions import OF_THE_CASE, QUESTIONS
from cointrail.workbench.exhibits import LEFT_OUT

NOT_ASKED = LEFT_OUT | {"case", "seconds", "help"}
"""Files come from the server; judgements are those of the case; a clock has no place in an exhibit."""

OWN_DEFAULTS = {"limit", "currency"}
"""A list comes whole, and the server's price tables are asked only where a currency is named."""


def test_every_question_but_a_query_can_be_asked_over_the_api() -> None:
    assert OPTIONS.keys() == QUESTIONS.keys() - NOT_SERVED


def test_questions_of_the_case_are_asked_with_the_outputs_that_they_name() -> None:
    assert {name: tuple(OPTIONS[name]) for name in OF_THE_CASE} == OF_THE_CASE


@pytest.mark.parametrize("command", sorted(OPTIONS.keys() - OF_THE_CASE.keys()))
def test_options_and_defaults_are_those_of_the_command(command: str) -> None:
    found: Any = typer.main.get_command(app)
    for word in command.split():
        found = found.commands[word]
    asked = {one.name: one for one in found.params if one.name not in NOT_ASKED}
    assert OPTIONS[command].keys() == asked.keys()
    for name, (_, default) in OPTIONS[command].items():
        if name not in OWN_DEFAULTS and default is not ...:
            assert _plain(default) == _plain(_default(asked[name])), name


def _default(one: click.Parameter) -> object:
    return one.get_default(click.Context(click.Command("any")))


def _plain(value: object) -> object:
    return value.value if isinstance(value, Enum) else value
