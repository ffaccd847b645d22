from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cointrail.cli.failures import tell_failure, wants_json
from cointrail.cli.main import main
from cointrail.errors import BadInput, NotFound
from cointrail.workbench import LedgerBench
from support.command_line import cointrail
from support.demo_world import DemoFolder

PROGRAM = Path(sys.executable).with_name("cointrail")


@pytest.mark.parametrize(
    ("args", "json_wanted"),
    [
        (["status", "--format", "json"], True),
        (["status", "--format=json"], True),
        (["status", "--format", "csv"], False),
        (["json", "--format"], False),
        ([], False),
    ],
)
def test_the_form_of_an_error_is_the_form_asked_for(args: list[str], json_wanted: bool) -> None:  # noqa: FBT001
    assert wants_json(args) is json_wanted


def test_an_error_is_one_message_and_a_hint_after_a_blank_line(capsys: pytest.CaptureFixture[str]) -> None:
    tell_failure(BadInput("`x` is none", hint="write y"), as_json=False)
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "error: `x` is none\n\nhint: write y\n")


def test_an_error_as_json_carries_code_and_facts(capsys: pytest.CaptureFixture[str]) -> None:
    tell_failure(NotFound("not there", height=7, path=Path("a")), as_json=True)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert json.loads(captured.err) == {
        "error": {
            "code": "not_found",
            "message": "not there",
            "hint": None,
            "facts": {"height": 7, "path": "a"},
        }
    }


def test_a_message_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    tell_failure(BadInput("a\x1b[2Jb"), as_json=False)
    assert capsys.readouterr().err == "error: a<U+001B>[2Jb\n"


def test_ctrl_c_says_what_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_: LedgerBench) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(LedgerBench, "status", stop)
    done = cointrail("status")
    assert (done.code, done.out) == (130, "")
    assert done.err.splitlines() == ["error: stopped; the store is as of its last commit"]


def fail(_: LedgerBench) -> None:
    raise ZeroDivisionError("by nothing")


def test_what_nobody_foresaw_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LedgerBench, "status", fail)
    with pytest.raises(ZeroDivisionError):
        cointrail("status")


def ended(args: list[str], monkeypatch: pytest.MonkeyPatch) -> object:
    """The exit code of the program itself."""
    monkeypatch.setattr(sys, "argv", ["cointrail", *args])
    with pytest.raises(SystemExit) as done:
        main()
    return done.value.code


def test_a_bug_ends_with_code_70_and_its_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(LedgerBench, "status", fail)
    assert ended(["status"], monkeypatch) == 70
    err = capsys.readouterr().err
    assert err.startswith("Traceback (most recent call last):")
    assert "error: this is a bug in cointrail: ZeroDivisionError: by nothing" in err


def test_a_bug_as_json_is_one_object_with_its_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(LedgerBench, "status", fail)
    assert ended(["status", "--format", "json"], monkeypatch) == 70
    error = json.loads(capsys.readouterr().err)["error"]
    assert error["code"] == "bug"
    assert "Traceback" in error["facts"]["traceback"]


def test_the_program_ends_with_the_code_of_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ended(["version"], monkeypatch) == 0
    assert ended(["frob"], monkeypatch) == 2


def test_a_reader_that_leaves_early_is_no_failure_to_talk_about(demo: DemoFolder) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [PROGRAM, "tags", "check", demo.tags, "--network", "regtest"],
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")
