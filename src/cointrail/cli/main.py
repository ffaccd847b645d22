"""The command `cointrail`: all commands, and the one place that turns an outcome into an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from cointrail import __version__
from cointrail.cli import (
    address_history,
    case,
    case_bundle,
    case_exhibit,
    case_journal,
    case_keep,
    case_leads,
    case_report,
    chain_store,
    check_evidence,
    check_files,
    cluster_history,
    cluster_tiers,
    coinjoin,
    error_rates,
    evaluate,
    evaluate_runs,
    inspect_raw,
    look,
    query,
    rules,
    serve,
    trace,
    trace_account,
    trace_peel,
    train_change,
    tx_analysis,
    world,
)
from cointrail.cli.failures import (
    BAD_INPUT,
    BUG,
    STOPPED,
    tell_bug,
    tell_failure,
    tell_stopped,
    tell_usage,
    wants_json,
)
from cointrail.cli.options import Format, FormatOption
from cointrail.cli.render import Answer, write
from cointrail.errors import CointrailError

NAME = "cointrail"

app = typer.Typer(
    name=NAME,
    help="Follow a bitcoin trail on your own machine, and prove it.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
)
for noun in (
    chain_store,
    case,
    case_bundle,
    case_exhibit,
    case_journal,
    case_keep,
    case_leads,
    case_report,
    look,
    address_history,
    cluster_history,
    cluster_tiers,
    trace,
    trace_account,
    trace_peel,
    coinjoin,
    query,
    inspect_raw,
    check_files,
    rules,
    tx_analysis,
    check_evidence,
    world,
    evaluate,
    train_change,
    evaluate_runs,
    error_rates,
    serve,
):
    noun.add_to(app)


@app.command()
def version(form: FormatOption = Format.TABLE) -> None:
    """Say which version this is."""
    write(Answer(data={"version": __version__}, facts=[("version", __version__)]), form)


def run(args: Sequence[str]) -> int:
    """Run one command line.

    Returns:
        0; 1 when a check found something; 2 for whatever a person can put right; 130 when stopped.

    Raises:
        Exception: whatever nobody foresaw; `main` makes it exit code 70.
    """
    as_json = wants_json(args)
    try:
        code = app(args=list(args) or ["--help"], prog_name=NAME, standalone_mode=False)
    except CointrailError as error:
        tell_failure(error, as_json=as_json)
        return BAD_INPUT
    except typer.TyperException as error:
        tell_usage(error, as_json=as_json)
        return BAD_INPUT
    if code == STOPPED:
        tell_stopped(as_json=as_json)
    return code or 0


def main() -> None:
    """Entry point of the program. What nobody foresaw ends with 70: 1 would pass for a finding."""
    args = sys.argv[1:]
    try:
        code = run(args)
    except Exception as error:  # noqa: BLE001 -- the traceback is kept, only the exit code is ours
        tell_bug(error, as_json=wants_json(args))
        code = BUG
    sys.exit(code)


if __name__ == "__main__":
    main()
