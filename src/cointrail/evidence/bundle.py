"""The bundle of a case: its tables with all that a stranger needs to check them, without this program."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cointrail.casework.outputs import render_case
from cointrail.casework.result import CaseResult
from cointrail.chain.types import Txid
from cointrail.errors import BadInput, BundleFails
from cointrail.evidence.bag import write_bag
from cointrail.evidence.chain_part import TRANSACTIONS, ChainCopy
from cointrail.evidence.check import verify_bundle
from cointrail.evidence.claims import named_txids, rates_csv, tags_jsonl
from cointrail.evidence.disclosure import DEFENCE, for_everybody, with_listing
from cointrail.evidence.folding import folded
from cointrail.evidence.methods_page import methods_page
from cointrail.evidence.other_parts import environment_part, error_table_part, report_part
from cointrail.evidence.redaction import part_for
from cointrail.evidence.signing import signed_line
from cointrail.evidence.walks import WalkLog, shortened

PROGRAMS = ("verify.py", "standards.py", "compare.py")
"""They go into every bundle as they stand here, and import nothing of ours but each other."""

README = """\
This folder is the evidence of a case, in a form that can be checked without the program that made it.

    python3 data/verify.py --key SIGNER.pub

needs Python 3.10 or later and nothing else, and no network. SIGNER.pub is the public key of whoever signed,
from a source that you trust. `sha256sum -c manifest-sha256.txt` checks the files alone.

report/report.pdf    the case in words; report.json is what it was set from, case.jsonld is CASE/UCO
case/payments.csv    each payment: output, block, time, value, what it was worth
case/leads.csv       each withdrawal that a payment leads back to, hop by hop
case/proceeds.csv    where the money went afterwards
case/texts.csv       long texts of these tables, each once: a cell like text:3f1a90c2d4e7 is the name of one
case/summary.json    totals
case/basis.json      what all of it rests on: tip, digests, rules with versions, settings
chain/               the transactions as they stand in blocks, proofs that they and their witnesses are in
                     them (`merkleblock`), and all block headers
rates.csv            the rates that values were made with, with their sources
tags.jsonl           the claims about who runs a service, with their sources
walks.jsonl          each trail: which transactions it crossed, and why each branch ended
disclosure.json      who this is for, and digests of what was withheld; there only if a reader was named
methods.md           the rules: what each says, when it is wrong, when it keeps quiet
error_table.json     how often the rules were wrong where the truth was known
environment.json     versions of the programs that this was made with
journal/, exhibits/  who did what on the case, and when, each entry chained to the one before; what the
                     exhibits showed. There only if the case was kept

In the column `path` and in walks.jsonl a transaction is named by the first 16 digits of its id; in full where
two begin alike. `python3 data/verify.py --tables FOLDER` also writes the tables with texts and ids in full.

Three kinds of statement are kept apart. A ledger fact follows from the blocks. An inference follows from
a rule, which can be wrong. An attribution is somebody's claim. Only facts can be proven from this folder.

A bundle for one exchange has no report and no journal, and leaves out what is not about that exchange:
disclosure.json lists it by digests, and `python3 data/compare.py PART WHOLE` finds it in the whole bundle.
"""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who a bundle is for.

    Attributes:
        name: an exchange, as the rows name it; or `defence`, who gets everything.
        salt: keeps digests of what is withheld from being guessed; an exchange's bundle needs one.
    """

    name: str
    salt: bytes | None


Seal = Callable[[bytes, str], Mapping[str, bytes]]
"""Given the tag manifest and a line to sign with it, makes files that stand beside it."""

JOURNAL_HEAD = "journal/head.txt"


def write_bundle(
    folder: Path,
    result: CaseResult,
    walks: WalkLog,
    chain: ChainCopy,
    *,
    reader: Reader | None = None,
    journal: Mapping[str, bytes] | None = None,
    seal: Seal | None = None,
) -> None:
    """Write the bundle of a case into a new folder, whole, signed and checked or not at all.

    Args:
        folder: must not be there yet.
        result: the case.
        walks: taken down while it ran.
        chain: the blocks that it was run on.
        reader: None packs everything and lists nothing as withheld.
        journal: files of a kept case; see `journal_part`.
        seal: signs it; given the tag manifest and a line to sign with it.

    Raises:
        BadInput: the folder is there already, or cannot be written; no row is about the reader.
        NotFound: a row names a transaction that the store does not hold.
        WrongNetwork: the blocks are not those of the store.
        BundleFails: its own program finds fault with it.
    """
    told, files = _files_for(reader, result, walks, chain, journal or {})
    settings = told.basis.settings
    info = [
        ("Bag-Software-Agent", told.basis.program),
        ("External-Identifier", json.dumps(settings["reference"])),
        ("Legal-Basis", json.dumps(settings["legal_basis"])),
        ("Basis-SHA256", told.basis.digest()),
    ]
    if reader is not None:
        info.append(("Prepared-For", json.dumps(reader.name)))
    if JOURNAL_HEAD in files:
        info.append(("Journal-Head", files[JOURNAL_HEAD].decode("ascii")))
    sealed = None if seal is None else lambda manifest: seal(manifest, _comment(told))
    write_bag(folder, files, info, sealed, require_sound)


def require_sound(folder: Path) -> None:
    """Ask of a bundle what its readers will ask; a key they hold is not asked for here.

    Raises:
        BundleFails: an answer is that something is not as the bundle says.
    """
    for one in verify_bundle(folder).answers:
        if one.fails:
            raise BundleFails(
                f"the bundle fails its own check, so it is not kept: {one.question}: {one.found[0][:300]}",
                hint="this is a fault of the program, not of the case: report it with the question above",
                question=one.question,
            )


def _files_for(
    reader: Reader | None,
    result: CaseResult,
    walks: WalkLog,
    chain: ChainCopy,
    journal: Mapping[str, bytes],
) -> tuple[CaseResult, dict[str, bytes]]:
    """What is told, and everything below `data/` by path. The same basis gives the same bytes."""
    tables = render_case(result)
    report = {f"report/{name}": data for name, data in report_part(tables).items()}
    chain_and_tables = _files(result, tables, walks.lines, named_txids(result) | walks.txids(), chain)
    whole = {**chain_and_tables, **report, **journal}
    if reader is None:
        return result, whole
    if reader.name == DEFENCE:
        return result, {**whole, **for_everybody(reader.name, reader.salt)}
    if reader.salt is None:
        raise BadInput("to withhold something needs a salt", hint="name a file for it with `--salt`")
    part = part_for(reader.name, result, walks.lines, whole[f"chain/{TRANSACTIONS}"])
    files = _files(part.result, render_case(part.result), part.walks, part.txids, chain)
    return part.result, with_listing(reader.name, reader.salt, files, whole)


def _files(
    result: CaseResult,
    tables: Mapping[str, bytes],
    walks: Iterable[str],
    txids: Collection[Txid],
    chain: ChainCopy,
) -> dict[str, bytes]:
    return {
        "README.txt": README.encode(),
        **{name: Path(__file__).with_name(name).read_bytes() for name in PROGRAMS},
        "methods.md": methods_page(result.basis.rules).encode(),
        "environment.json": environment_part(result.basis.program),
        **error_table_part(),
        "rates.csv": rates_csv(result),
        "tags.jsonl": tags_jsonl(result),
        "walks.jsonl": "".join(shortened(walks, txids)).encode(),
        **{f"case/{name}": data for name, data in folded(tables, txids).items()},
        **{f"chain/{name}": data for name, data in chain.files(txids).items()},
    }


def _comment(result: CaseResult) -> str:
    """The line that is signed with a bundle: which case, on which basis."""
    return signed_line(result.basis.settings["reference"], result.basis.digest())
