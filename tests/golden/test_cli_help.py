"""The help of every command as it is kept in `kept/cli_help.txt`."""

from __future__ import annotations

from cli_tree import walk_commands
from cointrail.cli.main import app
from support.command_line import cointrail
from support.kept import assert_kept


def test_the_help_of_every_command_reads_as_it_is_kept() -> None:
    pages = []
    for command in walk_commands(app, "cointrail"):
        done = cointrail(*command.name.split()[1:], "--help")
        assert (done.code, done.err) == (0, "")
        pages.append(f"$ {command.name} --help\n{done.out.rstrip()}\n")
    assert_kept("cli_help.txt", "\n".join(pages))
