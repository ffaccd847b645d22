"""The checks on the pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from check_docs import ADR_HEADINGS, broken_links, faulty_decisions, wrong_lines
from cli_tree import Command


def _command(name: str, *options: str, subcommands: tuple[str, ...] = ()) -> Command:
    return Command(name, "", "", (), tuple((option, "") for option in options), subcommands)


COMMANDS = {
    command.name: command
    for command in (
        _command("cointrail", "--help", subcommands=("case", "status")),
        _command("cointrail case", "--help", subcommands=("run",)),
        _command("cointrail case run", "--out <path>", "--quiet / --loud"),
        _command("cointrail status", "--format <table|json>, -f"),
    )
}


@pytest.fixture(name="root")
def project_with_a_makefile(tmp_path: Path) -> Path:
    (tmp_path / "Makefile").write_text("demo: setup ## run\n\t@:\nsetup:\n")
    return tmp_path


def _lines_wrong_in(root: Path, block: str) -> list[str]:
    (root / "page.md").write_text(f"# Page\n\n```sh\n{block}\n```\n")
    return list(wrong_lines(root, Path("page.md"), COMMANDS))


def test_links_to_a_page_and_to_its_heading_hold(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A\n\n[b](b.md), [part](b.md#what-it-proves-and-not), [here](#a)\n")
    (tmp_path / "b.md").write_text("## What it `proves`, and not\n")
    assert list(broken_links(tmp_path, Path("a.md"))) == []


def test_a_link_to_no_file_and_one_to_no_heading_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("[x](gone.md) [y](#nothing)\n")
    assert list(broken_links(tmp_path, Path("a.md"))) == [
        "a.md: `gone.md` leads to no file",
        "a.md: `#nothing` leads to no heading",
    ]


def test_links_out_and_links_in_code_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("[x](https://example.org/y)\n\n```\n[x](gone.md)\n```\n")
    assert list(broken_links(tmp_path, Path("a.md"))) == []


def test_a_decision_must_be_numbered_listed_and_complete(tmp_path: Path) -> None:
    folder = tmp_path / "docs" / "adr"
    folder.mkdir(parents=True)
    whole = "# 1\n" + "".join(f"## {heading}\n" for heading in ADR_HEADINGS)
    (folder / "README.md").write_text("[one](0001-one.md)\n")
    (folder / "0001-one.md").write_text(whole)
    assert list(faulty_decisions(tmp_path)) == []
    (folder / "0003-three.md").write_text(whole.replace("## Cost\n", ""))
    assert list(faulty_decisions(tmp_path)) == [
        "docs/adr/0003-three.md: record 2 should be named 0002-some-words.md",
        "docs/adr/0003-three.md: not in the index docs/adr/README.md",
        "docs/adr/0003-three.md: says nothing under `## Cost`",
    ]


@pytest.mark.parametrize(
    "block",
    [
        "make demo",
        "make demo DEMO_OUT=elsewhere",
        "cointrail case run case.toml --out out  # writes five files",
        "cointrail case run case.toml \\\n  --out=out --loud",
        "cointrail status -f json | jq .tip",
        "$ cointrail --help",
        "cointrail case run c.toml -- status -f json",
    ],
)
def test_lines_that_can_be_typed_pass(root: Path, block: str) -> None:
    assert _lines_wrong_in(root, block) == []


@pytest.mark.parametrize(
    ("block", "why"),
    [
        ("make dmeo", "the Makefile has no target `dmeo`"),
        ("cointrail case delete x", "`cointrail case` has no command `delete`"),
        ("cointrail case run c.toml --output out", "`cointrail case run` has no option `--output`"),
        ("cointrail case run c.toml -- status -x", "`cointrail status` has no option `-x`"),
        ("cointrail ingest --blocks b", "`cointrail` has no command `ingest`"),
    ],
)
def test_lines_that_cannot_be_typed_are_named(root: Path, block: str, why: str) -> None:
    assert _lines_wrong_in(root, block) == [f"page.md: `{block}`: {why}"]
