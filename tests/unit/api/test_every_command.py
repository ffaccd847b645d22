"""Every command is a route of the API, or stands among those that the API leaves to the command line."""

from __future__ import annotations

import re
from pathlib import Path

from cointrail.api.app import PREFIX, make_app
from cointrail.jobs.job import JobKind
from support.command_line import command_paths
from support.project import read

PAGE = Path("docs/how-to/serve.md")
HEADING = "## What it leaves to the command line"

ROUTES = {
    "status": "GET /status",
    "explain": "POST /explanations",
    "verify": "job bundle_verify",
    "case run": "job case_run",
    "case bundle": "job bundle",
    "case list": "GET /cases",
    "case import": "POST /cases/{case}/keep",
    "case new": "POST /cases",
    "case show": "GET /cases/{case}/book",
    "case seed": "POST /cases/{case}/seeds",
    "case note": "POST /cases/{case}/notes",
    "case judge": "POST /cases/{case}/judgements",
    "case document": "POST /cases/{case}/documents",
    "case deadline": "POST /cases/{case}/deadlines",
    "case finding": "POST /cases/{case}/findings",
    "case undo": "POST /cases/{case}/entries/{number}/undo",
    "case export": "GET /cases/{case}/export.zip",
    "case report": "job report",
    "case data": "job report",
    "case exhibit add": "POST /cases/{case}/exhibits",
    "case exhibit list": "GET /cases/{case}/book",
    "case exhibit show": "GET /cases/{case}/exhibits/{number}",
    "case exhibit verify": "job exhibits_verify",
    "case journal show": "GET /cases/{case}/journal",
    "case journal verify": "GET /cases/{case}/journal/verdict",
    "case leads list": "GET /cases/{case}/desks",
    "case leads packet": "job packets",
    "case leads status": "POST /cases/{case}/requests/{number}/state",
    "case leads answer": "POST /cases/{case}/requests/{number}/answer",
    "address show": "GET /addresses/{name}",
    "address txs": "GET /addresses/{name}/transactions",
    "address balance": "GET /addresses/{name}/balance",
    "address neighbours": "GET /addresses/{name}/neighbours",
    "tx show": "GET /transactions/{txid}",
    "tx analyse": "GET /transactions/{txid}/analysis",
    "cluster show": "GET /clusters/{name}",
    "cluster payments": "GET /clusters/{name}/payments",
    "cluster balance": "GET /clusters/{name}/balance",
    "cluster neighbours": "GET /clusters/{name}/neighbours",
    "cluster tiers": "GET /clusters/{name}/tiers",
    "cluster review": "GET /cluster-review",
    "trace forward": "POST /traces",
    "trace backward": "POST /traces",
    "trace account": "POST /accounts",
    "trace peel": "POST /peels",
    "coinjoin analyse": "GET /transactions/{txid}/join",
    "rules list": "GET /rules",
    "rules show": "GET /rules/{rule_id}",
}
"""The route of each command, or the kind of the job that does it."""


def served() -> set[str]:
    """What `ROUTES` may name."""
    paths = make_app().openapi()["paths"].items()
    routes = {
        f"{method.upper()} {path.removeprefix(PREFIX)}" for path, methods in paths for method in methods
    }
    return routes | {f"job {kind.value}" for kind in JobKind}


def left_out() -> list[str]:
    """The commands of the page's table."""
    part = read(PAGE).split(HEADING)[1].split("\n## ")[0]
    heads = [line.split("|")[1] for line in part.splitlines() if line.startswith("| `")]
    return [name for head in heads for name in re.findall("`([^`]+)`", head)]


def test_every_command_is_a_route_or_left_to_the_command_line() -> None:
    every = sorted(" ".join(words) for words in command_paths())
    assert sorted([*ROUTES, *left_out()]) == every


def test_the_route_of_every_command_is_there() -> None:
    assert set(ROUTES.values()) <= served()
