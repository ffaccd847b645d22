"""The end of a report: tables and digests behind it, and the words that it uses."""

from __future__ import annotations

from collections.abc import Iterator

from cointrail.report.blocks import SOURCES, Block, column, heading, pairs, source, table, text
from cointrail.report.case_tables import CaseTables

WORDS = (
    ("address", "A text form of a script: of the condition under which an output can be spent."),
    ("block", "A batch of transactions. Each block names the one before it, so none can be changed later."),
    ("BTC, satoshi", "The unit of value; one BTC is 100,000,000 satoshi. All sums are whole satoshi."),
    ("change", "The output of a payment that goes back to the payer."),
    ("claim", "What somebody says about an address or a price, with source and date."),
    ("cluster", "Addresses joined by stated rules; a cluster is not a person."),
    (
        "coinjoin",
        "A transaction in which several people sign together, so that outputs cannot be paired with inputs.",
    ),
    ("exchange", "A service that holds coins for customers and knows them by name."),
    ("FIFO", "First in, first out: the first satoshi that go in are the first that come out."),
    ("haircut", "Each output gets a share in proportion to its value."),
    ("hop", "One transaction on a path."),
    ("lead", "A place to ask: a withdrawal or deposit at an exchange that a trail leads to."),
    (
        "output, outpoint",
        "An amount with a script, made by a transaction; its name is the txid, a colon and its number.",
    ),
    ("payjoin", "A payment to which the payee adds an input."),
    ("policy", "A convention on which input paid which output."),
    ("same hand", "Every transaction on the way was signed by one cluster, or passes on its change."),
    ("seed", "An address or output from which the investigation starts."),
    ("tag", "One claim about one address."),
    ("tier", "What a link is worth; T0 is a ledger fact, higher numbers are weaker."),
    ("transaction, txid", "Spends outputs and makes new ones; the txid is its digest."),
    (
        "upstream, downstream",
        "Over other hands, or over change that no rule links; nothing is said about the person.",
    ),
    ("withdrawal, deposit", "An output paid out by an exchange, and one paid to it."),
)


def sources_part(case: CaseTables) -> Iterator[Block]:
    """The files that every figure comes from."""
    yield heading("Tables behind this report")
    yield text(
        "Each table and figure names its source by these numbers. The files are part of the case and hold "
        "every row; this report sums them up. Whoever has a file can check that it is the one meant: its "
        "SHA-256 is below."
    )
    rows_of = {table_.file: len(table_.rows) for table_ in case.tables}
    rows = [
        (number, name, f"{rows_of[name]:,}" if name in rows_of else "", case.sha256[name])
        for name, number in SOURCES.items()
    ]
    columns = (
        column("no."),
        column("file"),
        column("rows", form="number"),
        column("SHA-256", form="id", width="1fr"),
    )
    yield table("Files of the case", columns, rows, "the files themselves")


def words_part() -> Iterator[Block]:
    """The glossary."""
    yield heading("Words used")
    yield {"kind": "words", "items": [list(pair) for pair in WORDS]}


def digests_annex(case: CaseTables) -> Iterator[Block]:
    """Every digest that the result rests on."""
    basis = case.basis
    yield {"kind": "annex", "letter": "B", "text": "Digests"}
    yield text(
        "With the same blocks, tags, prices, rules and settings, the same program gives the same tables "
        "to the byte. These digests say which ones were used."
    )
    named = [
        (name.replace("_", " "), value)
        for name, value in basis.items()
        if name.endswith(("_digest", "_hash"))
    ]
    files = [(f"file {one['name']}", one["sha256"]) for one in basis["settings"]["files"]]
    rows = [("basis", case.summary["basis_digest"]), *named, *files]
    yield pairs(rows, "What the result rests on, SHA-256", source("basis.json"))
