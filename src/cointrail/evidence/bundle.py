"""The bundle of a case: its tables with all that a stranger needs to check them, without this program."""

from __future__ import annotations

import json
from pathlib import Path

from cointrail.attribution.safe_text import safe_text
from cointrail.casework.outputs import render_case
from cointrail.casework.result import CaseResult
from cointrail.evidence.bag import Seal, write_bag
from cointrail.evidence.chain_part import chain_files
from cointrail.evidence.claims import named_txids, rates_csv, tags_jsonl
from cointrail.evidence.methods_page import methods_page
from cointrail.evidence.walks import WalkLog
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.reader import Snapshot

PROGRAMS = ("verify.py", "standards.py")
"""They go into every bundle as they stand here, and import nothing of ours but each other."""

README = """\
This folder is the evidence of a case, in a form that can be checked without the program that made it.

    python3 data/verify.py --key SIGNER.pub

needs Python 3.10 or later and nothing else, and no network. SIGNER.pub is the public key of whoever signed,
from a source that you trust. `sha256sum -c manifest-sha256.txt` checks the files alone.

case/payments.csv    each payment: output, block, time, value, what it was worth
case/leads.csv       each withdrawal that a payment leads back to, hop by hop
case/proceeds.csv    where the money went afterwards
case/summary.json    totals
case/basis.json      what all of it rests on: tip, digests, rules with versions, settings
chain/               the transactions as they stand in blocks, proofs that they and their witnesses are in
                     them (`merkleblock`), and all block headers
rates.csv            the rates that values were made with, with their sources
tags.jsonl           the claims about who runs a service, with their sources
walks.jsonl          each trail: which transactions it crossed, and why each branch ended
methods.md           the rules: what each says, when it is wrong, when it keeps quiet

Three kinds of statement are kept apart. A ledger fact follows from the blocks. An inference follows from
a rule, which can be wrong. An attribution is somebody's claim. Only facts can be proven from this folder.
"""


def bundle_files(
    result: CaseResult, walks: WalkLog, snapshot: Snapshot, source: BlocksDirectory
) -> dict[str, bytes]:
    """Everything below `data/`, by path. The same basis gives the same bytes.

    Raises:
        NotFound: a row names a transaction that the store does not hold.
        WrongNetwork: the blocks are not those of the store.
    """
    chain = chain_files(snapshot, source, named_txids(result) | walks.txids())
    return {
        "README.txt": README.encode(),
        **{name: Path(__file__).with_name(name).read_bytes() for name in PROGRAMS},
        "methods.md": methods_page(result.basis.rules).encode(),
        "rates.csv": rates_csv(result),
        "tags.jsonl": tags_jsonl(result),
        "walks.jsonl": "".join(walks.lines).encode(),
        **{f"case/{name}": data for name, data in render_case(result).items()},
        **{f"chain/{name}": data for name, data in chain.items()},
    }


def write_bundle(
    folder: Path,
    result: CaseResult,
    walks: WalkLog,
    snapshot: Snapshot,
    source: BlocksDirectory,
    *,
    seal: Seal | None = None,
) -> None:
    """Write the bundle of a case into a new folder, whole and sealed or not at all.

    Raises:
        BadInput: the folder is there already, or cannot be written.
        NotFound: a row names a transaction that the store does not hold.
        WrongNetwork: the blocks are not those of the store.
    """
    settings = result.basis.settings
    info = (
        ("Bag-Software-Agent", result.basis.program),
        ("External-Identifier", json.dumps(settings["reference"])),
        ("Legal-Basis", json.dumps(settings["legal_basis"])),
        ("Basis-SHA256", result.basis.digest()),
    )
    write_bag(folder, bundle_files(result, walks, snapshot, source), info, seal)


def signed_comment(result: CaseResult) -> str:
    """The line that is signed with a bundle: which case, on which basis."""
    reference = " ".join(safe_text(result.basis.settings["reference"]).split())
    return f"case {reference[:200]}; basis {result.basis.digest()}"
