from __future__ import annotations

import json
import subprocess
import sys

import pytest

from cli_tree import Command, walk_commands
from cointrail.cli.main import app
from kept_files import ROOT
from support.command_line import cointrail

COMMANDS = {command.name: command for command in walk_commands(app, "cointrail")}
LEAVES = [command for command in COMMANDS.values() if not command.subcommands]
PAGES = [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]

MOST_LETTERS = 66


def test_help_loads_nothing_heavy() -> None:
    code = "import sys, json; import cointrail.cli.main; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in json.loads(done.stdout)}
    heavy = {"numpy", "numba", "yaml", "coincurve", "currency_converter", "duckdb", "pyarrow", "polars"}
    assert loaded.isdisjoint(heavy)


def test_no_argument_at_all_shows_the_help() -> None:
    done = cointrail()
    assert done.code == 0
    assert done.out.startswith("Usage: cointrail")


@pytest.mark.parametrize("command", COMMANDS.values(), ids=list(COMMANDS))
def test_every_command_and_every_option_says_what_it_is(command: Command) -> None:
    assert command.help
    assert all(text for _, text in (*command.arguments, *command.options))


@pytest.mark.parametrize("command", LEAVES, ids=[command.name for command in LEAVES])
def test_every_command_takes_a_form(command: Command) -> None:
    assert "--format" in command.flags


@pytest.mark.parametrize("command", LEAVES, ids=[command.name for command in LEAVES])
def test_every_command_is_on_a_page_that_a_person_wrote(command: Command) -> None:
    name = command.name
    written = [page for page in PAGES if page.name != "cli.md"]
    assert any(name in page.read_text(encoding="utf-8") for page in written)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=list(COMMANDS))
def test_a_summary_fits_the_list_of_commands(command: Command) -> None:
    assert len(command.help.partition("\n")[0]) <= MOST_LETTERS
