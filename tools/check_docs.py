"""Check every Markdown page that git keeps: its links, the decisions, the commands it shows.

- a relative link leads to a file, and its anchor to a heading there;
- every decision in docs/adr is in the index, numbers have no gap, and each states the four things;
- every `make target` and every `cointrail ...` line in a code block can be typed as it stands.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from cli_tree import Command, walk_commands
from kept_files import ROOT, kept_files

ADR = Path("docs/adr")
ADR_HEADINGS = ("Context", "Choice", "Cost", "What would change our mind")

GENERATED = "<!-- Made by"

FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(?P<text>.+?) *$", re.MULTILINE)
ELSEWHERE = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)
TYPED = re.compile(r"^\$? ?(?P<line>(?:cointrail|make) .+)$", re.MULTILINE)
MAKE_TARGET = re.compile(r"^(?P<name>[a-z]+):", re.MULTILINE)


def anchor_of(heading: str) -> str:
    """The anchor that a heading gets: lower case, words joined by `-`, other marks dropped."""
    return re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-")


def anchors_in(text: str) -> set[str]:
    """Every anchor of a page."""
    return {anchor_of(match["text"]) for match in HEADING.finditer(FENCE.sub("", text))}


def broken_links(root: Path, page: Path) -> Iterator[str]:
    """The relative links of `page` (a path below `root`) that lead nowhere, one sentence each."""
    text = (root / page).read_text(encoding="utf-8")
    for match in LINK.finditer(FENCE.sub("", text)):
        target, _, anchor = match["target"].partition("#")
        if ELSEWHERE.match(match["target"]):
            continue
        there = (root / page).parent / target if target else root / page
        if not there.exists():
            yield f"{page}: `{match['target']}` leads to no file"
        elif anchor and anchor not in anchors_in(there.read_text(encoding="utf-8")):
            yield f"{page}: `{match['target']}` leads to no heading"


def faulty_decisions(root: Path) -> Iterator[str]:
    """What is wrong with the decision records below `root`, one sentence each."""
    index = (root / ADR / "README.md").read_text(encoding="utf-8")
    records = sorted(path for path in (root / ADR).glob("*.md") if path.name != "README.md")
    for number, record in enumerate(records, start=1):
        if not re.fullmatch(rf"{number:04d}-[a-z0-9-]+\.md", record.name):
            yield f"{ADR / record.name}: record {number} should be named {number:04d}-some-words.md"
        if f"({record.name})" not in index:
            yield f"{ADR / record.name}: not in the index {ADR / 'README.md'}"
        there = {match["text"] for match in HEADING.finditer(record.read_text(encoding="utf-8"))}
        for heading in ADR_HEADINGS:
            if heading not in there:
                yield f"{ADR / record.name}: says nothing under `## {heading}`"


def typed_lines(text: str) -> Iterator[str]:
    """The `make` and `cointrail` lines in the code blocks of a page, without comments."""
    for fence in FENCE.findall(text):
        for match in TYPED.finditer(fence.replace("\\\n", " ")):
            yield match["line"].split("  #")[0].split(" | ")[0].strip()


def wrong_make_line(line: str, targets: set[str]) -> str | None:
    """Why this `make` line cannot be typed; None when it can."""
    unknown = [word for word in line.split()[1:] if "=" not in word and word not in targets]
    return f"the Makefile has no target `{unknown[0]}`" if unknown else None


def wrong_cointrail_line(line: str, commands: dict[str, Command]) -> str | None:
    """Why this `cointrail` line cannot be typed; None when it can. What comes after `--` is another one."""
    line, _, asked = line.partition(" -- ")
    questions = importlib.import_module("cointrail.workbench.exhibit_questions")
    of_the_case = " ".join(asked.split()[:2]) in questions.OF_THE_CASE
    if asked and not of_the_case and (why := wrong_cointrail_line(f"cointrail {asked}", commands)):
        return why
    words = line.split()
    name = words.pop(0)
    while words and f"{name} {words[0]}" in commands:
        name += f" {words.pop(0)}"
    command = commands[name]
    if command.subcommands and words and not words[0].startswith("-"):
        return f"`{name}` has no command `{words[0]}`"
    flags = [word.partition("=")[0] for word in words if word.startswith("-")]
    unknown = [flag for flag in flags if flag not in command.flags]
    return f"`{name}` has no option `{unknown[0]}`" if unknown else None


def wrong_lines(root: Path, page: Path, commands: dict[str, Command]) -> Iterator[str]:
    """The lines of `page` that cannot be typed as they stand, one sentence each."""
    text = (root / page).read_text(encoding="utf-8")
    if text.startswith(GENERATED):
        return
    targets = {m["name"] for m in MAKE_TARGET.finditer((root / "Makefile").read_text(encoding="utf-8"))}
    for line in typed_lines(text):
        if line.startswith("make "):
            wrong = wrong_make_line(line, targets)
        else:
            wrong = wrong_cointrail_line(line, commands) if commands else None
        if wrong:
            yield f"{page}: `{line}`: {wrong}"


def all_commands() -> dict[str, Command]:
    """Every command by its full name; none while there is no command line."""
    if not find_spec("cointrail.cli.main"):
        return {}
    app = importlib.import_module("cointrail.cli.main").app
    return {command.name: command for command in walk_commands(app, "cointrail")}


def main() -> int:
    """Run as a script; 1 when something is wrong."""
    commands = all_commands()
    wrong = list(faulty_decisions(ROOT))
    pages = kept_files(ROOT, "*.md")
    for page in pages:
        wrong += broken_links(ROOT, page)
        wrong += wrong_lines(ROOT, page, commands)
    print("\n".join(wrong) or f"{len(pages)} pages: links, decisions and commands hold", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
