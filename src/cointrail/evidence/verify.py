#!/usr/bin/env python3
"""Check an evidence bundle. Needs Python 3.10 or later, and nothing else.

    python3 verify.py [BUNDLE] [--key FILE]

BUNDLE is the folder that holds bagit.txt; without it, the one that this file came in. FILE is the signer's
public key in minisign's form, from a source that you trust: a key out of the bundle proves nothing.

Each question has its own answer: HOLDS, FAILS, or NOT CHECKED. There is no single verdict, since they are
about different things. Exit code 0: nothing fails; 1: something does; 2: this is no bundle. What cannot be
proven from blocks (tags, prices, who is behind a cluster) is listed at the end. --tables FOLDER also writes
the tables with texts and paths in full, as the case was run.

These are two files. This one has the questions about the case. standards.py beside it has the published rules
of Bitcoin, of signatures and of files that the answers rest on: any other library for them will do.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timezone
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

if __package__:
    from cointrail.evidence import standards as std
else:  # in a bundle; nothing may be added to it
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    import standards as std  # type: ignore[import-not-found,no-redef]

HOLDS, FAILS, UNCHECKED = "HOLDS", "FAILS", "NOT CHECKED"
Fault, need, little, sha256d = std.Fault, std.need, std.little, std.sha256d
Row = dict[str, str]


class Bundle:
    """A bundle, and what was read of it so far: each question leaves here what later ones need."""

    def __init__(self, root: Path, key: Path | None = None) -> None:
        self.root, self.key, self.data = root, key, root / "data"
        self.basis: dict[str, Any] = {}
        self.summary: dict[str, Any] = {}
        self.tables: dict[str, list[Row]] = {}
        self.files: dict[str, bytes] = {}
        self.headers: list[bytes] = []
        self.txs: dict[str, std.Tx] = {}
        self._ids: dict[str, str] = {}

    def output(self, outpoint: str) -> tuple[int, bytes]:
        """(satoshi, script) of `txid:vout`."""
        txid, _, vout = outpoint.partition(":")
        need(txid in self.txs, f"{outpoint} is not proven")
        need(vout.isdecimal() and str(int(vout)) == vout, f"{outpoint} names no output")
        return self.txs[txid].outputs[int(vout)]

    def write_tables(self, folder: Path) -> tuple[str, str, list[str]]:
        """Write the tables as the case run wrote them, with what they were made with; or nothing."""
        if "leads.csv" not in self.files:
            return "the tables are written", UNCHECKED, ["nothing is written: they are not right"]
        folder.mkdir(parents=True)
        for name, content in self.files.items():
            (folder / name).write_bytes(content)
        (folder / "summary.json").write_bytes((self.data / "case" / "summary.json").read_bytes())
        return "the tables are written", HOLDS, [f"in {folder}"]

    def txid(self, name: str) -> str:
        """The id of a proven transaction: a name is it, or its first 16 digits where no other begins so."""
        if not self._ids:
            starts = Counter(txid[:16] for txid in self.txs)
            self._ids = {txid[:16] if starts[txid[:16]] == 1 else txid: txid for txid in self.txs}
            self._ids |= {txid: txid for txid in self.txs}
        need(name in self._ids, f"{name} is the name of no transaction, or of several")
        return self._ids[name]

    def each_row(self, check: Callable[[str, Row], int]) -> int:
        """Check all rows; say which one a fault is in. Returns the sum of what the check counts."""
        total = 0
        for table in PLACES:
            for line, row in enumerate(self.tables[table], 2):
                try:
                    total += check(table, row)
                except Fault as fault:
                    raise Fault(f"{table}.csv, row {line}: {fault}") from None
        return total


# -- the bag: RFC 8493

TAG_FILES = ["bag-info.txt", "bagit.txt", "manifest-sha256.txt", "manifest-sha512.txt"]
SIGNED = "tagmanifest-sha256.txt"
SIGNED_REPORT = "report-signed.pdf"
RECEIPTS = {*(f"{SIGNED}.{kind}" for kind in ("minisig", "tsq", "tsr", "ots")), SIGNED_REPORT}


def check_bag(b: Bundle) -> list[str]:
    """Every file is listed, every listed file is there, every digest is right."""
    need(sorted(std.listed(b.root, SIGNED)) == TAG_FILES, f"{SIGNED} does not list the files beside `data`")
    there = {path.relative_to(b.root).as_posix() for path in b.data.rglob("*") if not path.is_dir()}
    for kind in ("sha256", "sha512"):
        odd = there ^ set(std.listed(b.root, f"manifest-{kind}.txt"))
        need(not odd, f"{min(odd, default='')} is not listed, or missing")
    extra = {path.name for path in b.root.iterdir()} - {*TAG_FILES, SIGNED, *RECEIPTS, "data"}
    need(not extra, f"{min(extra, default='')} does not belong into the bundle")
    linked = [path for path in b.root.rglob("*") if path.is_symlink()]
    need(not linked, f"{linked[:1]} is a link")
    size = sum((b.root / name).stat().st_size for name in there)
    info = (b.root / "bag-info.txt").read_text("utf-8").split("\n")
    need(f"Payload-Oxum: {size}.{len(there)}" in info, "Payload-Oxum is wrong")
    return [f"{len(there)} files, {size:,} bytes"]


# -- signature and receipts


def check_signature(b: Bundle) -> list[str]:
    """The signature over the tag manifest, which covers all other files."""
    path = b.root / f"{SIGNED}.minisig"
    if not path.is_file():
        need(not b.key, "the bundle is not signed")
        return [UNCHECKED, "the bundle is not signed"]
    signature = std.Minisig(path.read_text("utf-8"))
    if not b.key:
        return [UNCHECKED, f"signed by key {signature.key}, and the signer's public key was not given"]
    signature.check(b.key.read_text("utf-8"), (b.root / SIGNED).read_bytes())
    return [f"by key {signature.key}: {signature.comment}"]


def check_receipts(b: Bundle) -> list[str]:
    """Whether receipts of time are for this bundle; who gave them is for other programs to say."""
    digest = hashlib.sha256((b.root / SIGNED).read_bytes()).digest()
    tools = {"tsr": f"openssl ts -verify -data {SIGNED} -in {SIGNED}.tsr -CAfile CA.pem", "ots": "ots verify"}
    there = [kind for kind in tools if (b.root / f"{SIGNED}.{kind}").is_file()]
    for kind in there:
        need(digest in (b.root / f"{SIGNED}.{kind}").read_bytes(), f"{SIGNED}.{kind} is for something else")
    found = [f"{kind}: it names this bundle; who says so: `{tools[kind]}`" for kind in there]
    if (b.root / SIGNED_REPORT).is_file():
        report = (b.data / "report" / "report.pdf").read_bytes()
        need((b.root / SIGNED_REPORT).read_bytes().startswith(report), f"{SIGNED_REPORT} is another report")
        found.append(f"{SIGNED_REPORT}: it is this report; who signed it: `pdfsig {SIGNED_REPORT}`")
    return [UNCHECKED, *(found or ["there are none"])]


# -- headers


def check_headers(b: Bundle) -> list[str]:
    """Links, proof of work and difficulty from genesis to the tip that the basis names."""
    work, left = std.check_chain(b.headers, b.basis["network"])
    tip = (len(b.headers) - 1, std.name_of(b.headers[-1]))
    need(tip == (b.basis["tip_height"], b.basis["tip_hash"]), "the last header is not the tip of the basis")
    return [f"{len(b.headers):,} headers, tip {tip[1]}, work {work:,} hashes{left}"]


# -- transactions and their proofs


def read_chain(b: Bundle, name: str, read: Callable[[std.Reader], Any]) -> list[Any]:
    """All things of a file of `data/chain`."""
    return std.Reader((b.data / "chain" / name).read_bytes()).all(read)


def check_transactions(b: Bundle) -> list[str]:
    """Every transaction hashes to its id, and every id is proven in a block among the headers."""
    txs = read_chain(b, "transactions.bin", std.Tx)
    given: dict[str, std.Tx] = {tx.txid: tx for tx in txs}
    need(len(given) == len(txs), "a transaction is there twice")
    heights = {header: height for height, header in enumerate(b.headers)}
    for proof in read_chain(b, "proofs.bin", std.Proof):
        need(proof.header in heights, "a proof is for a block that is not among the headers")
        need(proof.root == proof.header[36:68], "a proof does not lead to the merkle root of its block")
        for place, txid in proof.found.items():
            need(txid in given and txid not in b.txs, f"{txid} is not there, or proven twice")
            need(given[txid].is_coinbase == (place == 0), f"{txid} stands where it cannot")
            b.txs[txid] = tx = given[txid]
            tx.height, tx.place = heights[proof.header], place
    need(len(b.txs) == len(given), f"{min(given.keys() - b.txs.keys(), default='')} is in no proof")
    return [f"{len(given):,} transactions in {len({tx.height for tx in txs}):,} blocks"]


def check_witnesses(b: Bundle) -> list[str]:
    """Every witness is the one that the coinbase of its block commits to. Source: BIP 141."""
    blocks: dict[bytes, dict[int, std.Tx]] = {}
    for tx in b.txs.values():
        blocks.setdefault(b.headers[tx.height], {})[tx.place] = tx
    bare = {header for header, txs in blocks.items() if not any(tx.witness for tx in txs.values())}
    totals = {proof.header: proof.total for proof in read_chain(b, "proofs.bin", std.Proof)}
    for proof in read_chain(b, "witnesses.bin", std.Proof):
        txs = blocks.pop(proof.header, {})
        need(txs and proof.total == totals[proof.header], "a proof of witnesses is for no block, or twice")
        std.check_commitment(txs[0], proof.root)
        right = {place: tx.wtxid if place else "0" * 64 for place, tx in txs.items()}
        need(proof.found == right, f"height {txs[0].height}: a witness is not the one committed to")
    need(blocks.keys() <= bare, f"{len(blocks.keys() - bare)} blocks lack the proof of their witnesses")
    return [f"{sum(bool(tx.witness) for tx in b.txs.values()):,} transactions with witnesses"]


# -- the tables of the case

PLACES = {"payments": ("",), "leads": ("withdrawal_",), "proceeds": ("outflow_", "end_")}
"""Each table with the prefixes of the outputs that a row names."""
WORTHS = {
    "payments": (("", "value_sat"), ("report_", "value_sat")),
    "leads": (("", "withdrawal_value_sat"), ("report_", "withdrawal_value_sat")),
    "proceeds": (("outflow_", "outflow_value_sat"), ("", "end_value_sat"), ("report_", "end_value_sat")),
}
"""Each table with the prefixes of its fiat values, and the column of the satoshi behind each."""
RATE = ("currency", "rate", "rate_source", "rate_time", "rate_convention")
SERVICE = ("exchange", "legal_entity", "jurisdiction")
CLAIM = (*SERVICE, "tagged_address", "tag_label", "tag_source", "tag_date", "tag_confidence")
LONG = ("rate_source", "rate_convention", "tag_source", "says_inference", "says_attribution", "error_says")
"""Ends of names of columns in which a name of a text stands; the texts are in texts.csv, each once."""
LEADS = ("custodian", "deposit")


def check_together(b: Bundle) -> list[str]:
    """Read the summary, and see that it was made on the basis that is here."""
    case, raw = b.data / "case", (b.data / "chain/headers.bin").read_bytes()
    b.headers = [raw[k : k + 80] for k in range(0, len(raw), 80)]
    content = (case / "basis.json").read_bytes()
    b.basis, b.summary = json.loads(content), json.loads((case / "summary.json").read_bytes())
    own, b.files = hashlib.sha256(content.removesuffix(b"\n")).hexdigest(), {"basis.json": content}
    need(b.summary["basis_digest"] == own, "summary.json was made on another basis")
    tip = [b.summary["network"], b.summary["tip"]["hash"], b.summary["tip"]["height"]]
    need(tip == [b.basis[n] for n in ("network", "tip_hash", "tip_height")], "summary.json names another tip")
    table = b.data / "error_table.json"
    rates = [f"error_rates@{hashlib.sha256(table.read_bytes()).hexdigest()[:16]}"] if table.is_file() else []
    named = [rule for rule in b.basis["rules"] if rule.startswith("error_rates@")]
    need(named == rates, "error_table.json is not the one that the basis names")
    need(raw and len(raw) % 80 == 0, "headers.bin does not hold whole headers")
    return [f"case {b.summary['reference']}"]


def check_tables(b: Bundle) -> list[str]:
    """Read the tables: with texts and ids put back they are, to the byte, those that the summary names."""
    texts = std.read_texts(b.data / "case" / "texts.csv")
    left, sizes, files = set(texts), list[str](), dict(b.files)
    for table in PLACES:
        head, *rows = std.read_table(b.data / "case" / f"{table}.csv")
        long = [k for k, column in enumerate(head) if column.endswith(LONG)]
        for row in rows:
            left.difference_update(row[k] for k in long)
            for k in long:
                need(not row[k] or row[k] in texts, f"{table}.csv: {row[k]} is not in texts.csv")
                row[k] = texts.get(row[k], "")
            for k in (k for k, column in enumerate(head) if column == "path"):
                row[k] = re.sub("[0-9a-f]+(?=:)", lambda name: b.txid(name[0]), row[k])
        b.tables[table] = [dict(zip(head, row)) for row in rows]
        files[f"{table}.csv"] = std.as_csv([head, *rows])
        sizes.append(f"{len(rows):,} {table}")
    made = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    need(b.summary["files_sha256"] == made, "summary.json was made with other tables")
    b.files = files
    need(not left, f"{min(left, default='')} is a text that no row names")
    return [f"{', '.join(sizes)}, {len(texts):,} texts"]


def check_statements(b: Bundle) -> list[str]:
    """Each output with its value, address, block and time; each path, hop by hop; what is said of them."""

    def check(table: str, row: Row) -> int:
        for prefix in PLACES[table]:
            check_place(b, row, prefix)
        return 0 if table == "payments" else check_path(b, row, back=table == "leads")

    hops = b.each_row(check)
    outputs = sum(len(b.tables[table]) * len(prefixes) for table, prefixes in PLACES.items())
    return [f"{outputs:,} outputs and {hops:,} hops re-derived from the transactions"]


def check_place(b: Bundle, row: Row, prefix: str) -> None:
    """What a row says of an output."""
    outpoint = row[f"{prefix}outpoint"]
    value, script = b.output(outpoint)
    height = b.txs[outpoint.partition(":")[0]].height
    when = datetime.fromtimestamp(little(b.headers[height][68:72]), timezone.utc)
    right = {
        "block_hash": std.name_of(b.headers[height]),
        "height": str(height),
        "time_utc": f"{when:%Y-%m-%dT%H:%M:%SZ}",
        "value_sat": str(value),
        "address": std.address_of(script, b.basis["network"]) or f"script:{script.hex()}",
    }
    for name, text in right.items():
        need(row[prefix + name] == text, f"{name} of {outpoint} is {text}, not {row[prefix + name]}")


def check_path(b: Bundle, row: Row, *, back: bool) -> int:
    """That each output of a path was spent for the next, and what the row says of it in words."""
    path = row["path"].split("<-" if back else "->")
    first, last = ("payment", "withdrawal_outpoint") if back else ("outflow_outpoint", "end_outpoint")
    need([path[0], path[-1]] == [row[first], row[last]], "the path is not between its ends")
    need(row["hops"] == str(len(path) - 1), "the path has another number of hops")
    for near, far in pairwise(path):
        earlier, later = (far, near) if back else (near, far)
        spender = b.txs.get(later.partition(":")[0])
        need(spender and earlier in spender.outpoints, f"{earlier} is not spent for {later}")
    said = ledger_sentence(row, path, b.output(path[0])[0], back=back) if row["exchange"] else ""
    need(row["says_ledger"] == said, "says_ledger is not what the row shows")
    return len(path) - 1


def ledger_sentence(row: Row, path: list[str], value: int, *, back: bool) -> str:
    """The fact in words."""
    what, way, when = ("payment", "came out of", "before") if back else ("outflow", "went into", "later")
    far = "an output of a transaction signed by" if back else "an output to"
    amounts = value, int(row["fifo_sat"]), int(row["haircut_sat"])
    whole, fifo, haircut = (f"{sat // 10**8}.{sat % 10**8:08d} BTC" for sat in amounts)
    if len(path) == 1:
        return f"The {what} {path[0]} of {whole} is itself {far} the tagged service."
    count = "1 transaction" if len(path) == 2 else f"{len(path) - 1} transactions"
    shares = f"{fifo} by FIFO and {haircut} by haircut {way} {path[-1]}"
    return f"Of the {what} {path[0]} of {whole}, {shares}, {far} the tagged service, {count} {when}."


def check_worths(b: Bundle) -> list[str]:
    """Each fiat value is satoshi times a rate of rates.csv, rounded once."""
    head, *rates = std.read_table(b.data / "rates.csv")
    need(tuple(head) == RATE, "rates.csv has other columns")
    known = {tuple(rate) for rate in rates}

    def check(table: str, row: Row) -> int:
        for prefix, sat in WORTHS[table]:
            rate = tuple(row[prefix + name] for name in RATE)
            need(rate in known or not any(rate), "its rate is not in rates.csv")
            right = std.money([(row[sat], rate[1])] if any(rate) else [], rate[0])
            need(row[f"{prefix}value"] == right, f"{prefix}value is {right}")
        return len(WORTHS[table])

    count = b.each_row(check)
    return [f"{count:,} values, {len(known):,} rates; whether the rates are right is not shown here"]


def check_tags(b: Bundle) -> list[str]:
    """Each service that a row names is one that tags.jsonl claims, word for word."""
    tags = [json.loads(line) for line in (b.data / "tags.jsonl").read_text("utf-8").splitlines()]
    known = {tuple(std.guarded(tag[name]) for name in CLAIM) for tag in tags}

    def check(table: str, row: Row) -> int:
        if table == "payments":
            return 0
        claim = tuple(row[name] for name in CLAIM)
        need(claim in known or not any((*claim, row["says_attribution"])), "its tag is not in tags.jsonl")
        return claim in known

    count = b.each_row(check)
    return [f"{count:,} rows rest on {len(known):,} claims; whether the claims are true is not shown here"]


# -- trails

Spans = list[tuple[int, int]]


def check_walks(b: Bundle) -> list[str]:
    """Every trail walked again, satoshi by satoshi, by FIFO and by haircut; the rows say where it ended."""
    flows: dict[tuple[str, str], list[Row]] = {}
    for table, key in (("payments", "outpoint"), ("proceeds", "outflow_outpoint"), ("leads", "payment")):
        for row in b.tables[table]:
            flows.setdefault((table, row[key]), []).append(row)
    lines = (b.data / "walks.jsonl").read_text("ascii").splitlines()
    for walk in map(json.loads, lines):
        start, own = walk["start"], flows.pop((walk["table"], walk["start"]), [])
        need(own, f"the walk from {start} belongs to no row, or is there twice")
        ends = walk_again(b, walk)
        led = std.tally((output, fifo, haircut) for stop, output, fifo, haircut in ends if stop in LEADS)
        if walk["table"] == "payments":
            told = (part.split("=") for part in own[0]["ends_fifo_sat"].split())
            more = (part.split("=") for part in own[0]["ends_haircut_sat"].split())
            said = std.tally([(n, int(sat), 0) for n, sat in told] + [(n, 0, int(sat)) for n, sat in more])
            named = std.tally(std.shares("withdrawal_outpoint", flows.pop(("leads", start), [])))
            led = led if own[0]["class"] == "payment" else {}
        else:
            said = std.tally(std.shares("outcome", [row for row in own if not row["exchange"]]))
            named = std.tally(std.shares("end_outpoint", [row for row in own if row["exchange"]]))
            ends = [end for end in ends if end[0] not in LEADS]
        right = std.tally((stop, fifo, haircut) for stop, _, fifo, haircut in ends)
        need(said == right, f"the ends of {start} are {right}, the rows say {said}")
        need(named == led, f"the leads of {start} are {led}, the rows say {named}")
    need(not flows, f"the walk from {min(flows, default='')} is missing")
    return [f"{len(lines):,} trails walked again; whether a transaction should end a trail is inference"]


def walk_again(b: Bundle, walk: dict[str, Any]) -> list[tuple[str, str, int, int]]:
    """(stop reason, output, satoshi by FIFO, by haircut) of each end."""
    whole = b.output(walk["start"])[0]
    reached: list[tuple[str, Spans, int]] = [(walk["start"], [(0, whole)], whole)]
    left, ends = {0}, []
    for called, arrived, went_on in walk["steps"]:
        tx = b.txs[b.txid(called)]
        spent = [(outpoint, b.output(outpoint)[0]) for outpoint in tx.outpoints]
        paid = [(f"{tx.txid}:{vout}", value) for vout, (value, _) in enumerate(tx.outputs)]
        with_fee = [*paid, ("fee", sum(value for _, value in spent) - tx.paid)]
        near, far = (paid, spent) if walk["table"] == "payments" else (spent, with_fee)
        begins = dict(zip((name for name, _ in near), accumulate((v for _, v in near), initial=0)))
        need(left.issuperset(arrived) and len(set(arrived)) == len(arrived), "an output goes on twice")
        left.difference_update(arrived)
        here = [reached[number] for number in arrived]
        line = [(begins[name] + lo, begins[name] + hi) for name, spans, _ in here for lo, hi in spans]
        parts = std.divide(sum(share for _, _, share in here), [value for _, value in far])
        at, before = 0, len(reached)
        for (name, value), share in zip(far, parts):
            spans = [
                (max(lo, at) - at, min(hi, at + value) - at) for lo, hi in line if lo < at + value and hi > at
            ]
            at += value
            if name == "fee" and (spans or share):
                ends.append(("fee", name, spans, share))
            elif spans or share:
                left.add(len(reached))
                reached.append((name, spans, share))
        need(len(reached) - before == went_on, f"the walk leaves {tx.txid} by another number of outputs")
    need(sorted(number for number, _ in walk["ends"]) == sorted(left), "an output neither goes on nor ends")
    ends += [(stop, *reached[number]) for number, stop in walk["ends"]]
    return [(stop, name, sum(hi - lo for lo, hi in spans), share) for stop, name, spans, share in ends]


# -- totals


def check_sums(b: Bundle) -> list[str]:
    """Every total of summary.json, added up again from the rows."""
    policies = [f"{policy}_sat" for policy in b.summary["policies"]]
    heads: dict[tuple[str, str], list[tuple[Row, str]]] = {}
    for row in b.tables["payments"]:
        heads.setdefault(("payments", row["class"]), []).append((row, row["outcome"]))
        for policy in policies:
            ends = sum(int(part.partition("=")[2]) for part in row[f"ends_{policy}"].split())
            need(ends == int(row["value_sat"]), f"the ends of {row['outpoint']} do not add up by {policy}")
    flows: dict[tuple[str, str], list[Row]] = {}
    for row in b.tables["proceeds"]:
        flows.setdefault((row["class"], row["outflow_outpoint"]), []).append(row)
    for (kind, name), rows in flows.items():
        heads.setdefault(("proceeds", kind), []).append((rows[0], std.outcome(rows, policies[0])))
        whole = {str(sum(int(row[policy]) for row in rows)) for policy in policies}
        need(whole == {rows[0]["outflow_value_sat"]}, f"the ends of {name} do not add up")
    told = {("payments", "payment"): b.summary["payments"]}
    told |= {("payments", kind): said for kind, said in b.summary["not_payments"].items()}
    told |= {("proceeds", kind): said for kind, said in b.summary["proceeds"].items()}
    need(heads.keys() <= told.keys(), "summary.json leaves out a class of rows")
    for (table, kind), said in told.items():
        right = totals(heads.get((table, kind), []), said, "outflow_" if table == "proceeds" else "")
        need(said == right, f"summary.json: `{table}` of class {kind} is not what the rows add up to")
    deposits = [row for row in b.tables["proceeds"] if row["exchange"]]
    need(b.summary["leads"]["rows"] == len(b.tables["leads"]), "summary.json: another number of leads")
    need(b.summary["leads"]["deposit_rows"] == len(deposits), "summary.json: another number of deposits")
    led, paid_in = ([r for r in rows if int(r[policies[0]])] for rows in (b.tables["leads"], deposits))
    for name, keys in (("leads", ()), ("by_exchange", SERVICE), ("by_jurisdiction", SERVICE[2:])):
        entries = b.summary[name] if keys else [b.summary[name]]
        groups = [{key: std.guarded(one[key]) for key in keys} for one in entries]
        there = {tuple(row[key] for key in keys) for row in [*led, *paid_in]} if keys else {()}
        said = sorted(tuple(group.values()) for group in groups)
        need(said == sorted(there), f"summary.json: `{name}` names others than the rows")
        for group, one in zip(groups, entries):
            rows, more = ([r for r in some if group.items() <= r.items()] for some in (led, paid_in))
            right = {} if keys else std.with_errors(one, error=rows, deposit_error=more)
            same = {**std.distinct(rows, more), **right}.items() <= one.items()
            need(same, f"summary.json: `{name}` is not what the rows add up to")
    return [f"{len(told) + 3} groups of totals added up again from {sum(map(len, b.tables.values())):,} rows"]


def totals(heads: list[tuple[Row, str]], said: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Count, satoshi and fiat; `said` tells which fiat totals there are, and their conventions."""
    sats = [int(row[f"{prefix}value_sat"]) for row, _ in heads]
    found: dict[str, Any] = {"count": len(heads), "value_sat": str(sum(sats))}
    for name in [name for name in said if name.startswith("fiat_")]:
        rate = ("report_" if name == "fiat_at_report_date" else prefix) + "rate"
        values = [(str(sat), row[rate]) for sat, (row, _) in zip(sats, heads) if row[rate]]
        counts = {"valued": len(values), "without_rate": len(heads) - len(values)}
        found[name] = {**said[name], "value": std.money(values, said[name]["currency"]), **counts}
    if "error" in said:
        found |= std.with_errors(said, error=[row for row, _ in heads])
    if "outcomes" in said:
        by = {name: [sat for sat, (_, one) in zip(sats, heads) if one == name] for _, name in heads}
        found["outcomes"] = {name: {"count": len(v), "value_sat": str(sum(v))} for name, v in by.items()}
    return found


# -- what is withheld


def check_withheld(b: Bundle) -> list[str]:
    """What was left out is listed, each record by a digest: compare.py finds them in a whole bundle."""
    path = b.data / "disclosure.json"
    told = json.loads(path.read_bytes()) if path.is_file() else {"withheld": {}}
    rows = [row for table in ("payments", "proceeds") for row in b.tables[table]]
    gaps = any("withheld" in (row["outcome"], row.get("stop_reason")) for row in rows)
    need(told["withheld"] or not gaps, "rows say that something is withheld, and nothing is listed")
    for name, digests in told["withheld"].items():
        sizes = {len(bytes.fromhex(digest)) for digest in digests}
        need(digests == sorted(set(digests)) and sizes == {32}, f"what is withheld of {name} is malformed")
    lists = [f"withheld: {len(digests):,} of {name}" for name, digests in told["withheld"].items()]
    return [f"this bundle is for {told['for']}", *lists] if lists else ["nothing is withheld"]


def check_journal(b: Bundle) -> list[str]:
    """Each entry has its digest and names the one before it; what exhibits showed is there."""
    path, exhibits = b.data / "journal" / "journal.jsonl", b.data / "exhibits"
    if not path.is_file():
        need(not exhibits.exists(), "there are exhibits without a journal")
        return [UNCHECKED, "no journal is in this bundle"]
    lines, last, veiled, results = path.read_bytes().split(b"\n"), "", 0, set()
    need(lines.pop() == b"" and lines, "the journal is cut short")
    for place, line in enumerate(lines, 1):
        entry = json.loads(line)
        body = {name: value for name, value in entry.items() if name != "digest"}
        first = hashlib.sha256(f"cointrail journal 1 {entry['case']}".encode()).hexdigest()
        need(std.canonical(entry) == line, f"entry {place} is written in another way")
        need(entry["seq"] == place and entry["previous"] == (last or first), f"entry {place} is out of place")
        digest, last = hashlib.sha256(std.canonical(body)).hexdigest(), entry["digest"]
        need("withheld" in entry or digest == last, f"entry {place} has another digest")
        veiled += "withheld" in entry
        if entry.get("action") == "exhibit.add":
            results.add(f"{entry['result']}.json")
    need((path.parent / "head.txt").read_text("ascii") == f"{len(lines)}:{last}\n", "the head is another one")
    there = {path.name: path.read_bytes() for path in exhibits.iterdir()} if exhibits.exists() else {}
    need(there.keys() == results, "the exhibits are not those that the journal names")
    for name, content in there.items():
        need(f"{hashlib.sha256(content).hexdigest()}.json" == name, f"exhibit {name} is another one")
    return [f"{len(lines):,} entries, {veiled:,} of them withheld, {len(there):,} exhibits, head {last}"]


# -- all of it

NOT_PROVEN = (
    "that the headers are the chain with the most work: compare the tip with that of a node",
    "that one owner is behind a cluster or a path (inference: methods.md says when a rule is wrong)",
    "who runs a service (attribution: a tag is somebody's claim)",
    "that rates are right, and that the case looked at everything there is",
    "that rules are wrong no more often than measured: error_table.json says on what they were",
)
Questions = dict[str, Callable[[Bundle], list[str]]]
QUESTIONS: Questions = {
    "the bundle is whole and as it was packed": check_bag,
    "the signature is right": check_signature,
    "the receipts of time are for this bundle": check_receipts,
    "the summary was made on the basis that is here": check_together,
    "the headers link, with work and difficulty": check_headers,
    "every transaction is proven in a block": check_transactions,
    "every witness is the one that its block commits to": check_witnesses,
    "the tables are those that the summary was made with": check_tables,
    "every ledger statement follows from the transactions": check_statements,
    "every fiat value follows from its rate": check_worths,
    "every service named is one that a tag claims": check_tags,
    "every trail ends where the rows say, by FIFO and haircut": check_walks,
    "every total adds up": check_sums,
    "what is withheld is listed": check_withheld,
    "the journal is unbroken, and its exhibits are there": check_journal,
}
WRONG_FORM = (OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)


def verify(bundle: Bundle, questions: Questions = QUESTIONS) -> list[tuple[str, str, list[str]]]:
    """Answer each question about a bundle: (question, answer, what was found)."""
    answers = []
    for question, check in questions.items():
        try:
            found = check(bundle)
            answer = UNCHECKED if UNCHECKED in found else HOLDS
            answers.append((question, answer, [line for line in found if line != UNCHECKED]))
        except Fault as fault:
            answers.append((question, FAILS, [str(fault)]))
        except WRONG_FORM as error:
            answers.append((question, FAILS, [f"it cannot be read: {error!r}"[:300]]))
    return answers


def main() -> int:
    """Print the answers."""
    parser = argparse.ArgumentParser(description="Check an evidence bundle.")
    parser.add_argument("bundle", nargs="?", type=Path, default=Path(__file__).resolve().parents[1])
    parser.add_argument("--key", type=Path, help="the signer's public key, in minisign's form")
    parser.add_argument("--tables", type=Path, help="a new folder to write the tables to, with texts in full")
    args = parser.parse_args()
    if not (args.bundle / "bagit.txt").is_file():
        print(f"{args.bundle} holds no bagit.txt: it is no bundle", file=sys.stderr)
        return 2
    if args.tables and args.tables.exists():
        parser.error(f"{args.tables} is there already")
    bundle = Bundle(args.bundle, args.key)
    answers = verify(bundle)
    if args.tables:
        answers.append(bundle.write_tables(args.tables))
    for question, answer, found in answers:
        print(f"{answer:12} {question}", *found, sep="\n             ")
    print("\nNot proven by this program:", *NOT_PROVEN, sep="\n- ")
    return 1 if any(answer == FAILS for _, answer, _ in answers) else 0


if __name__ == "__main__":
    sys.exit(main())
