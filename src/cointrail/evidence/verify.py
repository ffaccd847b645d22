#!/usr/bin/env python3
"""Check an evidence bundle. Needs Python 3.10 or later, and nothing else.

    python3 verify.py [BUNDLE] [--key FILE]

BUNDLE is the folder that holds bagit.txt; without it, the one that this file came in. FILE is the signer's
public key in minisign's form, from a source that you trust: a key out of the bundle proves nothing.

Each question has its own answer: HOLDS, FAILS, or NOT CHECKED. There is no single verdict, since they are
about different things. Exit code 0: nothing fails; 1: something does; 2: this is no bundle. What cannot be
proven from blocks (tags, prices, who is behind a cluster) is listed at the end.
"""

from __future__ import annotations

import argparse
import base64
import csv
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timezone
from decimal import ROUND_HALF_EVEN, Context, Decimal
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

HOLDS, FAILS, UNCHECKED = "HOLDS", "FAILS", "NOT CHECKED"
Row = dict[str, str]
Tables = dict[str, list[Row]]
Answer = tuple[str, str, list[str]]


class Fault(Exception):
    """Something in the bundle is not as it says."""


def require(holds: object, text: str) -> None:
    """Raise a Fault unless something holds."""
    if not holds:
        raise Fault(text)


# -- the bag: RFC 8493

TAG_FILES = ("bag-info.txt", "bagit.txt", "manifest-sha256.txt", "manifest-sha512.txt")
SIGNED = "tagmanifest-sha256.txt"
RECEIPTS = {f"{SIGNED}.{kind}" for kind in ("minisig", "tsr", "ots")}


def check_bag(root: Path) -> list[str]:
    """Every file is listed, every listed file is there, every digest is right."""
    tags = read_manifest(root, SIGNED, "sha256")
    require(sorted(tags) == list(TAG_FILES), f"{SIGNED} does not list the files beside `data`")
    there = {path.relative_to(root).as_posix() for path in (root / "data").rglob("*") if not path.is_dir()}
    for kind in ("sha256", "sha512"):
        odd = there ^ set(read_manifest(root, f"manifest-{kind}.txt", kind))
        require(not odd, f"{min(odd, default='')} is not listed, or missing")
    extra = {path.name for path in root.iterdir()} - {*TAG_FILES, SIGNED, *RECEIPTS, "data"}
    require(not extra, f"{min(extra, default='')} does not belong into the bundle")
    linked = [path for path in root.rglob("*") if path.is_symlink()]
    require(not linked, f"{linked and linked[0]} is a link")
    size = sum((root / name).stat().st_size for name in there)
    line = f"Payload-Oxum: {size}.{len(there)}"
    require(line in (root / "bag-info.txt").read_text("utf-8").split("\n"), "Payload-Oxum is wrong")
    return [f"{len(there)} files, {size:,} bytes"]


def read_manifest(root: Path, manifest: str, kind: str) -> list[str]:
    """The files that a manifest lists, each hashed."""
    names = []
    for line in (root / manifest).read_text("utf-8").splitlines():
        digest, _, name = line.partition("  ")
        require(not {"", ".", ".."} & set(name.split("/")) and name not in names, f"{manifest}: {line[:99]}")
        require((root / name).is_file(), f"{name} is missing")
        hashed = hashlib.new(kind, (root / name).read_bytes()).hexdigest()
        require(hashed == digest, f"{name} is not what was packed: its {kind} differs")
        names.append(name)
    return names


# -- the signature: minisign's form, Ed25519 (RFC 8032)

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, ROOT = -121665 * pow(121666, -1, P) % P, pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]


def check_signature(root: Path, key_file: Path | None) -> list[str]:
    """The signature over the tag manifest, which covers all other files."""
    path = root / f"{SIGNED}.minisig"
    require(path.is_file() or not key_file, "the bundle is not signed")
    if not path.is_file():
        return [UNCHECKED, "the bundle is not signed"]
    lines = path.read_text("utf-8").split("\n")
    require(len(lines) == 5 and lines[2].startswith("trusted comment: "), "the signature file is malformed")
    kind, signer, signature = split_line(lines[1], 64)
    require(kind == b"ED", "the signature is of an unknown kind")
    name = signer[::-1].hex().upper()
    if not key_file:
        return [UNCHECKED, f"signed by key {name}: give the signer's public key with --key"]
    kind, owner, public = split_line(key_file.read_text("utf-8").split("\n")[1], 32)
    require(kind == b"Ed" and owner == signer, f"it is signed by another key, {name}")
    message = hashlib.blake2b((root / SIGNED).read_bytes()).digest()
    require(is_signed(public, message, signature), "the signature does not fit the bundle")
    comment = lines[2].removeprefix("trusted comment: ")
    over_all = base64.b64decode(lines[3], validate=True)
    require(is_signed(public, signature + comment.encode(), over_all), "the trusted comment was not signed")
    return [f"by key {name}: {comment}"]


def split_line(text: str, size: int) -> tuple[bytes, bytes, bytes]:
    """(kind, key id, rest) of a line."""
    raw = base64.b64decode(text, validate=True)
    require(len(raw) == 10 + size, "a key or signature has a wrong length")
    return raw[:2], raw[2:10], raw[10:]


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature is right."""
    key, point, scalar = unpack(public), unpack(signature[:32]), int.from_bytes(signature[32:], "little")
    base = unpack(bytes.fromhex("58" + "66" * 31))
    if not (key and point and base and scalar < L and len(signature) == 64):
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little")
    one, other = times(scalar, base), add(point, times(h % L, key))
    return all((one[k] * other[2] - other[k] * one[2]) % P == 0 for k in (0, 1))


def unpack(raw: bytes) -> Point | None:
    """A point of the curve."""
    y, odd = int.from_bytes(raw, "little") & (2**255 - 1), raw[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * ROOT % P
    if y >= P or x * x % P != square or (x == 0 and odd):
        return None
    x = x if x & 1 == odd else P - x
    return x, y, 1, x * y % P


def add(p: Point, q: Point) -> Point:
    """The sum of two points."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0])
    c, d = 2 * p[3] * q[3] * D, 2 * p[2] * q[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar: int, point: Point) -> Point:
    """A point added to itself."""
    total: Point = (0, 1, 1, 0)
    while scalar:
        total = add(total, point) if scalar & 1 else total
        point, scalar = add(point, point), scalar >> 1
    return total


# -- headers

NETWORKS: dict[str, tuple[str, int, bool | None, tuple[int, int], str]] = {
    "mainnet": (
        "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f",
        0x1D00FFFF,
        True,
        (0, 5),
        "bc",
    ),
    "testnet3": (
        "000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943",
        0x1D00FFFF,
        None,
        (111, 196),
        "tb",
    ),
    "testnet4": (
        "00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043",
        0x1D00FFFF,
        None,
        (111, 196),
        "tb",
    ),
    "signet": (
        "00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6",
        0x1E0377AE,
        True,
        (111, 196),
        "tb",
    ),
    "regtest": (
        "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206",
        0x207FFFFF,
        False,
        (111, 196),
        "bcrt",
    ),
}
"""Genesis hash, easiest target, whether it is retargeted (None: by own rules), address versions, prefix."""
INTERVAL, WANTED_SECONDS = 2016, 14 * 24 * 3600


def sha256d(data: bytes) -> bytes:
    """SHA-256 twice."""
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def little(data: bytes) -> int:
    """A little-endian number."""
    return int.from_bytes(data, "little")


def target_of(bits: int) -> int:
    """The number that a hash must not exceed; 0 for a negative one."""
    size, mantissa = bits >> 24, bits & 0x7FFFFF if bits & 0x800000 == 0 else 0
    return mantissa << 8 * (size - 3) if size > 3 else mantissa >> 8 * (3 - size)


class Headers:
    """All headers from genesis to the tip of the basis."""

    def __init__(self, raw: bytes) -> None:
        self.raw = [raw[k : k + 80] for k in range(0, len(raw), 80)]
        require(raw and len(self.raw[-1]) == 80, "headers.bin does not hold whole headers")
        self.hashes = [sha256d(header) for header in self.raw]
        self.times = [little(header[68:72]) for header in self.raw]
        self.bits = [little(header[72:76]) for header in self.raw]

    def name(self, height: int) -> str:
        """Block hash as explorers show it."""
        return self.hashes[height][::-1].hex()


def check_headers(headers: Headers, basis: dict[str, Any]) -> list[str]:
    """Links, proof of work and difficulty from genesis to the tip that the basis names."""
    genesis, easiest, follows = NETWORKS[basis["network"]][:3]
    require(headers.name(0) == genesis, f"the first header is not the genesis block of {basis['network']}")
    work, limit = 0, target_of(easiest)
    for height, (raw, bits) in enumerate(zip(headers.raw, headers.bits)):
        target = target_of(bits)
        require(little(headers.hashes[height]) <= target <= limit, f"height {height}: no proof of work")
        work += 2**256 // (target + 1)
        if height and follows is not None:
            expected = headers.bits[height - 1]
            if follows and height % INTERVAL == 0:
                expected = next_bits(headers, height, limit)
            require(bits == expected, f"height {height}: the difficulty is not what the rules ask")
        require(
            not height or raw[4:36] == headers.hashes[height - 1], f"height {height}: another predecessor"
        )
    tip = len(headers.raw) - 1
    named = (basis["tip_height"], basis["tip_hash"])
    require((tip, headers.name(tip)) == named, "the last header is not the tip of the basis")
    left = "" if follows is not None else "; the network's own rules of difficulty are not checked"
    return [f"{tip + 1:,} headers, tip {headers.name(tip)}, work {work:,} hashes{left}"]


def next_bits(headers: Headers, height: int, limit: int) -> int:
    """The target after an interval. Source: Bitcoin Core, pow.cpp, CalculateNextWorkRequired."""
    taken = headers.times[height - 1] - headers.times[height - INTERVAL]
    taken = max(WANTED_SECONDS // 4, min(WANTED_SECONDS * 4, taken))
    target = min(limit, target_of(headers.bits[height - 1]) * taken // WANTED_SECONDS)
    size = (target.bit_length() + 8) // 8  # a mantissa has a sign bit
    return (target << 24 >> 8 * size) | size << 24


# -- transactions and their proofs


class Reader:
    """Bytes read from the front."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, size: int) -> bytes:
        """The next bytes."""
        require(size <= len(self.data) - self.at, "a transaction or proof ends too early")
        self.at += size
        return self.data[self.at - size : self.at]

    def count(self) -> int:
        """A compact size, in its shortest form."""
        first = self.take(1)[0]
        value = first if first < 253 else little(self.take(2 << (first - 253)))
        require(first < 253 or value >= (253, 1 << 16, 1 << 32)[first - 253], "a count is too long")
        return value


class Tx:
    """What a transaction spends and creates, and its id, which covers all but the witnesses."""

    def __init__(self, raw: bytes) -> None:
        r = Reader(raw)
        r.take(4)
        segwit = raw[4:6] == b"\0\1"
        start = r.at = 6 if segwit else 4
        self.spends = [
            (r.take(32)[::-1].hex(), little(r.take(4)), r.take(r.count() + 4)) for _ in range(r.count())
        ]
        self.outputs = [(little(r.take(8)), r.take(r.count())) for _ in range(r.count())]
        body = raw[start : r.at]
        for _ in self.spends if segwit else ():
            for _ in range(r.count()):
                r.take(r.count())
        plain = raw[:4] + body + r.take(4)
        require(r.at == len(raw) and self.spends, "a transaction is not what it says")
        require(len(plain) != 64, "64 bytes may be an inner node of a merkle tree (CVE-2017-12842)")
        self.txid = sha256d(plain)[::-1].hex()
        self.is_coinbase = self.spends[0][:2] == ("0" * 64, 0xFFFFFFFF)
        self.outpoints = [f"{txid}:{vout}" for txid, vout, _ in self.spends]
        self.spent, self.paid = set(self.outpoints), sum(value for value, _ in self.outputs)


def read_proof(raw: bytes, header: bytes) -> list[tuple[int, str]]:
    """Places and ids of the transactions that a partial merkle tree proves. Source: BIP 37."""
    r = Reader(raw)
    require(r.take(80) == header, "the proof is for another block")
    total = little(r.take(4))
    require(0 < total <= 4_000_000 // 240, "the proof states an impossible number of transactions")
    hashes = [r.take(32) for _ in range(r.count())]
    flags = [byte >> k & 1 for byte in r.take(r.count()) for k in range(8)]
    found: list[tuple[int, str]] = []
    hashes_left, flags_left = iter(hashes), iter(flags)

    def walk(level: int, place: int) -> bytes:
        flag = next(flags_left)
        if level == 0 or not flag:
            here = next(hashes_left)
            if flag:
                found.append((place, here[::-1].hex()))
            return here
        left = right = walk(level - 1, 2 * place)
        if (2 * place + 1) << (level - 1) < total:
            right = walk(level - 1, 2 * place + 1)
            require(left != right, "the proof repeats a branch (CVE-2012-2459)")
        return sha256d(left + right)

    try:
        root = walk((total - 1).bit_length(), 0)
    except StopIteration:
        raise Fault("the proof lacks hashes or flags") from None
    rest = list(flags_left)
    require(
        r.at == len(raw) and not list(hashes_left) and not any(rest) and len(rest) < 8,
        "the proof is too long",
    )
    require(root == header[36:68], "the proof does not lead to the merkle root of the block")
    return found


class Ledger:
    """Proven transactions, with the height of their block."""

    def __init__(self) -> None:
        self.txs: dict[str, Tx] = {}
        self.height: dict[str, int] = {}

    def output(self, outpoint: str) -> tuple[int, bytes]:
        """(satoshi, script) of `txid:vout`."""
        txid, _, vout = outpoint.partition(":")
        require(txid in self.txs, f"{outpoint} is not proven")
        return self.txs[txid].outputs[number(vout, len(self.txs[txid].outputs))]


def check_transactions(folder: Path, headers: Headers, ledger: Ledger) -> list[str]:
    """Every transaction hashes to its id, and every id is proven in a block among the headers."""
    txs = [Tx(bytes.fromhex(line)) for line in lines_of(folder / "transactions.txt")]
    raw = {tx.txid: tx for tx in txs}
    require(len(raw) == len(txs), "a transaction is there twice")
    for line in lines_of(folder / "proofs.txt"):
        height, _, proof = line.partition(" ")
        at = number(height, len(headers.raw))
        found = read_proof(bytes.fromhex(proof), headers.raw[at])
        # The first one is proven too, and is a coinbase: so the tree is as deep as the proof says.
        require(found and found[0][0] == 0, f"height {height}: the proof leaves out the coinbase")
        for place, txid in found:
            require(txid in raw and txid not in ledger.txs, f"{txid} is not there, or proven twice")
            require(raw[txid].is_coinbase == (place == 0), f"{txid} stands where it cannot")
            ledger.txs[txid], ledger.height[txid] = raw[txid], at
    require(
        raw.keys() == ledger.txs.keys(), f"{min(raw.keys() - ledger.txs.keys(), default='')} is in no proof"
    )
    return [f"{len(raw):,} transactions in {len(set(ledger.height.values())):,} blocks"]


def number(text: str, end: int) -> int:
    """A number below `end`, written in the one way."""
    require(
        text.isdecimal() and str(int(text)) == text and int(text) < end, f"`{text[:20]}` is not below {end}"
    )
    return int(text)


def lines_of(path: Path) -> list[str]:
    """The lines of a text file, each with its end."""
    *lines, rest = path.read_text("ascii").split("\n")
    require(not rest, f"{path.name} is cut short")
    return lines


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
DIGITS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
}
EXACT = Context(prec=120)


def read_table(path: Path) -> list[Row]:
    """Rows of a CSV."""
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file, strict=True)
    even = len(set(head)) == len(head) and all(len(row) == len(head) for row in rows)
    require(even, f"{path.name} is no table")
    return [dict(zip(head, row)) for row in rows]


def guarded(text: str) -> str:
    """As a table holds it: an apostrophe keeps a spreadsheet from running a cell."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def each_row(tables: Tables, check: Callable[[str, Row], int]) -> int:
    """Check all rows; say which one a fault is in. Returns the sum of what the check counts."""
    total = 0
    for table in PLACES:
        for line, row in enumerate(tables[table], 2):
            try:
                total += check(table, row)
            except Fault as fault:
                raise Fault(f"{table}.csv, row {line}: {fault}") from None
    return total


def check_statements(tables: Tables, headers: Headers, ledger: Ledger, network: str) -> list[str]:
    """Each output with its value, address, block and time; each path, hop by hop; what is said of them."""

    def check(table: str, row: Row) -> int:
        for prefix in PLACES[table]:
            check_place(row, prefix, headers, ledger, network)
        return 0 if table == "payments" else check_path(row, ledger, back=table == "leads")

    hops = each_row(tables, check)
    outputs = sum(len(tables[table]) * len(prefixes) for table, prefixes in PLACES.items())
    return [f"{outputs:,} outputs and {hops:,} hops re-derived from the transactions"]


def check_place(row: Row, prefix: str, headers: Headers, ledger: Ledger, network: str) -> None:
    """What a row says of an output."""
    outpoint = row[f"{prefix}outpoint"]
    value, script = ledger.output(outpoint)
    height = ledger.height[outpoint.partition(":")[0]]
    when = datetime.fromtimestamp(headers.times[height], timezone.utc)
    right = {
        "block_hash": headers.name(height),
        "height": str(height),
        "time_utc": f"{when:%Y-%m-%dT%H:%M:%SZ}",
        "value_sat": str(value),
        "address": address_of(script, network) or f"script:{script.hex()}",
    }
    for name, text in right.items():
        require(row[prefix + name] == text, f"{name} of {outpoint} is {text}, not {row[prefix + name]}")


def check_path(row: Row, ledger: Ledger, *, back: bool) -> int:
    """That each output of a path was spent for the next, and what the row says of it in words."""
    path = row["path"].split("<-" if back else "->")
    first, last = ("payment", "withdrawal_outpoint") if back else ("outflow_outpoint", "end_outpoint")
    require([path[0], path[-1]] == [row[first], row[last]], "the path is not between its ends")
    require(row["hops"] == str(len(path) - 1), "the path has another number of hops")
    for near, far in pairwise(path):
        earlier, later = (far, near) if back else (near, far)
        spender = ledger.txs.get(later.partition(":")[0])
        require(spender and earlier in spender.spent, f"{earlier} is not spent for {later}")
    said = ledger_sentence(row, path, ledger.output(path[0])[0], back=back) if row["exchange"] else ""
    require(row["says_ledger"] == said, "says_ledger is not what the row shows")
    return len(path) - 1


def ledger_sentence(row: Row, path: list[str], value: int, *, back: bool) -> str:
    """The fact in words."""
    what, way, when = ("payment", "came out of", "before") if back else ("outflow", "went into", "later")
    far = "an output of a transaction signed by" if back else "an output to"
    if len(path) == 1:
        return f"The {what} {path[0]} of {coins(value)} is itself {far} the tagged service."
    fifo, haircut = coins(int(row["fifo_sat"])), coins(int(row["haircut_sat"]))
    count = "1 transaction" if len(path) == 2 else f"{len(path) - 1} transactions"
    shares = f"{fifo} by FIFO and {haircut} by haircut {way} {path[-1]}"
    return f"Of the {what} {path[0]} of {coins(value)}, {shares}, {far} the tagged service, {count} {when}."


def coins(sat: int) -> str:
    """Satoshi as bitcoin."""
    return f"{sat // 10**8}.{sat % 10**8:08d} BTC"


def check_worths(tables: Tables, rates: list[Row]) -> list[str]:
    """Each fiat value is satoshi times a rate of rates.csv, rounded once."""
    known = {tuple(rate[name] for name in RATE) for rate in rates}

    def check(table: str, row: Row) -> int:
        for prefix, sat in WORTHS[table]:
            rate = tuple(row[prefix + name] for name in RATE)
            require(rate in known or not any(rate), "its rate is not in rates.csv")
            right = money([exact(row[sat], rate[1])] if any(rate) else [], rate[0])
            require(row[f"{prefix}value"] == right, f"{prefix}value is {right}")
        return len(WORTHS[table])

    count = each_row(tables, check)
    return [f"{count:,} values, {len(known):,} rates; whether the rates are right is not shown here"]


def exact(sat: str, rate: str) -> Decimal:
    """Satoshi times a rate, unrounded."""
    return EXACT.multiply(Decimal(sat), Decimal(rate)).scaleb(-8, EXACT)


def money(values: Sequence[Decimal], currency: str) -> str:
    """An exact sum, rounded half to even to the currency's minor unit; nothing for no values."""
    total = Decimal(0)
    for value in values:
        total = EXACT.add(total, value)
    rounded = total.quantize(Decimal(1).scaleb(-DIGITS.get(currency, 2)), ROUND_HALF_EVEN, EXACT)
    return f"{rounded or abs(rounded):f}" if values else ""


def check_tags(tables: Tables, lines: list[str]) -> list[str]:
    """Each service that a row names is one that tags.jsonl claims, word for word."""
    tags = [json.loads(line) for line in lines]
    known = {tuple(guarded(tag[name]) for name in CLAIM) for tag in tags}

    def check(table: str, row: Row) -> int:
        if table == "payments":
            return 0
        claim = tuple(row[name] for name in CLAIM)
        require(claim in known or not any((*claim, row["says_attribution"])), "its tag is not in tags.jsonl")
        return claim in known

    count = each_row(tables, check)
    return [f"{count:,} rows rest on {len(known):,} claims; whether the claims are true is not shown here"]


Spans = list[tuple[int, int]]


def check_walks(lines: list[str], tables: Tables, ledger: Ledger) -> list[str]:
    """Every trail walked again, satoshi by satoshi, by FIFO and by haircut; the rows say where it ended."""
    rows: dict[tuple[str, str], list[Row]] = {}
    leads: dict[str, list[Row]] = {}
    for row in tables["leads"]:
        leads.setdefault(row["payment"], []).append(row)
    for row in tables["payments"]:
        rows["payments", row["outpoint"]] = [row]
    for row in tables["proceeds"]:
        rows.setdefault(("proceeds", row["outflow_outpoint"]), []).append(row)
    for line in lines:
        walk = json.loads(line)
        table, start = walk["table"], walk["start"]
        own = rows.pop((table, start), [])
        require(own, f"the walk from {start} belongs to no row, or is there twice")
        by_stop, by_end = walk_again(walk, ledger)
        said: dict[str, tuple[int, int]] = {}
        if table == "payments":
            ends = [read_ends(own[0][f"ends_{policy}_sat"]) for policy in ("fifo", "haircut")]
            said = {stop: (ends[0].get(stop, 0), ends[1].get(stop, 0)) for stop in {*ends[0], *ends[1]}}
            named = add_rows((row["withdrawal_outpoint"], row) for row in leads.get(start, []))
        else:
            said = add_rows((row["outcome"], row) for row in own if not row["exchange"])
            named = add_rows((row["end_outpoint"], row) for row in own if row["exchange"])
            by_stop = {stop: sums for stop, sums in by_stop.items() if stop not in LEADS}
        require(said == by_stop, f"the ends of {start} are {by_stop}, the rows say {said}")
        to_exchanges = by_end if table == "proceeds" or own[0]["class"] == "payment" else {}
        require(named == to_exchanges, f"the leads of {start} are {to_exchanges}, the rows say {named}")
    require(not rows, f"the walk from {min(rows, default=('', ''))[1]} is missing")
    return [f"{len(lines):,} trails walked again; whether a transaction should end a trail is inference"]


LEADS = ("custodian", "deposit")


def read_ends(text: str) -> dict[str, int]:
    """`stop=satoshi` by stop."""
    return {stop: int(sat) for stop, sat in (part.split("=") for part in text.split())}


def add_rows(pairs: Iterable[tuple[str, Row]]) -> dict[str, tuple[int, int]]:
    """Satoshi by FIFO and by haircut, added up by name."""
    sums: dict[str, tuple[int, int]] = {}
    for name, row in pairs:
        put(sums, name, int(row["fifo_sat"]), int(row["haircut_sat"]))
    return sums


def put(sums: dict[str, tuple[int, int]], name: str, fifo: int, haircut: int) -> None:
    """Add to one sum of each policy."""
    before = sums.get(name, (0, 0))
    sums[name] = before[0] + fifo, before[1] + haircut


def walk_again(walk: dict[str, Any], ledger: Ledger) -> tuple[dict[str, Any], dict[str, Any]]:
    """Satoshi by stop reason, and of leads by output: each (FIFO, haircut)."""
    back, whole = walk["table"] == "payments", ledger.output(walk["start"])[0]
    reached: list[tuple[str, Spans, int]] = [(walk["start"], [(0, whole)], whole)]
    left = {0}
    by_stop: dict[str, tuple[int, int]] = {}
    by_end: dict[str, tuple[int, int]] = {}
    for txid, arrived, went_on in walk["steps"]:
        tx = ledger.txs[txid]
        spent = [(outpoint, ledger.output(outpoint)[0]) for outpoint in tx.outpoints]
        paid = [(f"{txid}:{vout}", value) for vout, (value, _) in enumerate(tx.outputs)]
        near, far = (paid, spent) if back else (spent, [*paid, ("fee", sum(v for _, v in spent) - tx.paid)])
        starts = {name: at for (name, _), at in zip(near, accumulate((v for _, v in near), initial=0))}
        require(left.issuperset(arrived) and len(set(arrived)) == len(arrived), "an output goes on twice")
        left.difference_update(arrived)
        here = [reached[number] for number in arrived]
        line = [(starts[name] + lo, starts[name] + hi) for name, spans, _ in here for lo, hi in spans]
        shares = divide(sum(share for _, _, share in here), [value for _, value in far])
        at, before = 0, len(reached)
        for (name, value), share in zip(far, shares):
            spans = [
                (max(lo, at) - at, min(hi, at + value) - at) for lo, hi in line if lo < at + value and hi > at
            ]
            at += value
            if name == "fee" and (spans or share):
                put(by_stop, "fee", sum(hi - lo for lo, hi in spans), share)
            elif spans or share:
                left.add(len(reached))
                reached.append((name, spans, share))
        require(len(reached) - before == went_on, f"the walk leaves {txid} by another number of outputs")
    require(
        sorted(number for number, _ in walk["ends"]) == sorted(left), "an output neither goes on nor ends"
    )
    for number, stop in walk["ends"]:
        name, spans, share = reached[number]
        fifo = sum(hi - lo for lo, hi in spans)
        put(by_stop, stop, fifo, share)
        if stop in LEADS:
            put(by_end, name, fifo, share)
    return by_stop, by_end


def divide(tainted: int, parts: list[int]) -> list[int]:
    """In proportion to value, rounded down; what is left goes to the largest remainders, one each."""
    total = sum(parts) or 1
    exact_shares = [divmod(tainted * part, total) for part in parts]
    shares = [share for share, _ in exact_shares]
    order = sorted(range(len(parts)), key=lambda k: -exact_shares[k][1])
    for k in order[: tainted - sum(shares)]:
        shares[k] += 1
    return shares


def check_sums(tables: Tables, summary: dict[str, Any]) -> list[str]:
    """Every total of summary.json, added up again from the rows."""
    policies = [f"{policy}_sat" for policy in summary["policies"]]
    first = policies[0]
    led = [row for row in tables["leads"] if int(row[first])]
    deposits = [row for row in tables["proceeds"] if row["exchange"]]
    paid_in = [row for row in deposits if int(row[first])]
    right: dict[str, Any] = {"not_payments": {}, "proceeds": {}}
    for kind, said in {"payment": summary["payments"], **summary["not_payments"]}.items():
        rows = [row for row in tables["payments"] if row["class"] == kind]
        found = totals(rows, said, "")
        if kind == "payment":
            right["payments"] = {
                **found,
                "outcomes": tally((row["outcome"], row["value_sat"]) for row in rows),
            }
        else:
            right["not_payments"][kind] = found
    for row in tables["payments"]:
        for policy in policies:
            ends = sum(int(part.partition("=")[2]) for part in row[f"ends_{policy}"].split())
            require(ends == int(row["value_sat"]), f"the ends of {row['outpoint']} do not add up by {policy}")
    for kind, said in summary["proceeds"].items():
        flows: dict[str, list[Row]] = {}
        for row in tables["proceeds"]:
            if row["class"] == kind:
                flows.setdefault(row["outflow_outpoint"], []).append(row)
        for name, rows in flows.items():
            whole = {policy: sum(int(row[policy]) for row in rows) for policy in policies}
            require(
                set(whole.values()) == {int(rows[0]["outflow_value_sat"])},
                f"the ends of {name} do not add up",
            )
        counted = tally((outcome(rows, first), rows[0]["outflow_value_sat"]) for rows in flows.values())
        heads = [rows[0] for rows in flows.values()]
        right["proceeds"][kind] = {**totals(heads, said, "outflow_"), "outcomes": counted}
    counts = {"rows": len(tables["leads"]), "deposit_rows": len(deposits), **distinct(led, paid_in)}
    right["leads"] = {**counts, "note": summary["leads"]["note"]}
    for name, keys in (("by_exchange", SERVICE), ("by_jurisdiction", SERVICE[2:])):
        there = {tuple(row[key] for key in keys) for row in [*led, *paid_in]}
        groups = [tuple(guarded(one[key]) for key in keys) for one in summary[name]]
        require(sorted(groups) == sorted(there), f"summary.json: `{name}` names others than the rows")
        right[name] = []
        for one, group in zip(summary[name], groups):
            rows, more = (
                [r for r in some if tuple(r[key] for key in keys) == group] for some in (led, paid_in)
            )
            right[name].append({**{key: one[key] for key in keys}, **distinct(rows, more)})
    for name, value in right.items():
        require(summary[name] == value, f"summary.json: `{name}` is not what the rows add up to")
    return [f"{len(right)} groups of totals added up again from {sum(map(len, tables.values())):,} rows"]


def totals(rows: list[Row], said: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Count, satoshi and fiat; `said` tells which fiat totals there are, and their conventions."""
    found: dict[str, Any] = {
        "count": len(rows),
        "value_sat": str(sum(int(row[f"{prefix}value_sat"]) for row in rows)),
    }
    for name in [name for name in said if name.startswith("fiat_")]:
        rate = ("report_" if name == "fiat_at_report_date" else prefix) + "rate"
        values = [exact(row[f"{prefix}value_sat"], row[rate]) for row in rows if row[rate]]
        counts = {"valued": len(values), "without_rate": len(rows) - len(values)}
        found[name] = {**said[name], "value": money(values, said[name]["currency"]), **counts}
    return found


def tally(outcomes: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Count and satoshi by outcome."""
    counts: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    for name, sat in outcomes:
        counts[name] += 1
        sums[name] += int(sat)
    return {name: {"count": counts[name], "value_sat": str(sums[name])} for name in counts}


def outcome(rows: list[Row], policy: str) -> str:
    """By what an outflow is counted: its first lead that carries value, else where most of it ended."""
    leads = [row["outcome"] for row in rows if row["exchange"] and int(row[policy])]
    ends = sorted((-int(row[policy]), row["outcome"]) for row in rows if not row["exchange"])
    return leads[0] if leads else ends[0][1]


def distinct(led: list[Row], paid_in: list[Row]) -> dict[str, Any]:
    """Distinct outputs that point at some services."""
    same = {row["payment"] for row in led if row["hand"] == "same_hand"}
    own = {row["end_outpoint"] for row in paid_in if row["hand"] == "same_hand"}
    return {
        "payments_same_hand": len(same),
        "payments_upstream": len({row["payment"] for row in led} - same),
        "withdrawals": len({row["withdrawal_outpoint"] for row in led}),
        "paid_fifo_sat": str(sum(int(row["fifo_sat"]) for row in led)),
        "deposits_same_hand": len(own),
        "deposits_downstream": len({row["end_outpoint"] for row in paid_in} - own),
        "deposited_fifo_sat": str(sum(int(row["fifo_sat"]) for row in paid_in)),
    }


# -- addresses

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def address_of(script: bytes, network: str) -> str | None:
    """The address of a script; None where it has none."""
    (p2pkh, p2sh), prefix = NETWORKS[network][3:]
    if len(script) == 25 and (script[:3], script[23:]) == (b"\x76\xa9\x14", b"\x88\xac"):
        return base58(bytes([p2pkh]) + script[3:23])
    if len(script) == 23 and (script[:2], script[22:]) == (b"\xa9\x14", b"\x87"):
        return base58(bytes([p2sh]) + script[2:22])
    if not 4 <= len(script) <= 42 or script[1] != len(script) - 2 or script[0] not in {0, *range(81, 97)}:
        return None
    return (
        bech32(prefix, max(0, script[0] - 80), script[2:]) if script[0] or len(script) in {22, 34} else None
    )


def base58(payload: bytes) -> str:
    """Base58check."""
    data = payload + sha256d(payload)[:4]
    value, text = int.from_bytes(data, "big"), ""
    while value:
        value, digit = divmod(value, 58)
        text = BASE58[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def bech32(prefix: str, version: int, program: bytes) -> str:
    """Bech32 for version 0, bech32m for later ones. Source: BIP 173, BIP 350."""
    bits = "".join(f"{byte:08b}" for byte in program)
    values = [version, *(int(bits[k : k + 5].ljust(5, "0"), 2) for k in range(0, len(bits), 5))]
    check = 1
    for value in [*(ord(c) >> 5 for c in prefix), 0, *(ord(c) & 31 for c in prefix), *values, *[0] * 6]:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for k, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> k & 1 else 0
    check ^= 0x2BC830A3 if version else 1
    return (
        f"{prefix}1{''.join(BECH32[v] for v in [*values, *(check >> 5 * k & 31 for k in range(5, -1, -1))])}"
    )


# -- all of it

NOT_PROVEN = (
    "that the headers are the chain with the most work: compare the tip with that of a node",
    "that one owner is behind a cluster or a path (inference: methods.md says when a rule is wrong)",
    "who runs a service (attribution: a tag is somebody's claim)",
    "that rates are right, and that the case looked at everything there is",
)


def verify(root: Path, key_file: Path | None = None) -> list[Answer]:
    """Answer each question about a bundle: (question, answer, what was found)."""
    data = root / "data"
    case, chain, ledger = data / "case", data / "chain", Ledger()
    tables: Tables = {}
    basis: dict[str, Any] = {}
    summary: dict[str, Any] = {}
    headers: list[Headers] = []

    def load() -> list[str]:
        """Read the tables, and see that they were made together."""
        raw = {name: (case / name).read_bytes() for name in ("basis.json", *(f"{t}.csv" for t in PLACES))}
        basis.update(json.loads(raw["basis.json"]))
        summary.update(json.loads((case / "summary.json").read_bytes()))
        made = {name: hashlib.sha256(content).hexdigest() for name, content in raw.items()}
        require(summary["files_sha256"] == made, "the tables are not those that summary.json was made with")
        own = hashlib.sha256(raw["basis.json"].removesuffix(b"\n")).hexdigest()
        require(summary["basis_digest"] == own, "summary.json was made on another basis")
        for name in ("network", "tip"):
            said = summary["tip"]["hash"] if name == "tip" else summary["network"]
            require(
                said == basis["tip_hash" if name == "tip" else name], f"summary.json names another {name}"
            )
        tables.update({table: read_table(case / f"{table}.csv") for table in PLACES})
        headers.append(Headers((chain / "headers.bin").read_bytes()))
        return [f"case {summary['reference']}"]

    questions: dict[str, Callable[[], list[str]]] = {
        "the bundle is whole and as it was packed": lambda: check_bag(root),
        "the signature is right": lambda: check_signature(root, key_file),
        "the tables were made together, on one basis": load,
        "the headers link, with work and difficulty": lambda: check_headers(headers[0], basis),
        "every transaction is proven in a block": lambda: check_transactions(chain, headers[0], ledger),
        "every ledger statement follows from the transactions": (
            lambda: check_statements(tables, headers[0], ledger, basis["network"])
        ),
        "every fiat value follows from its rate": lambda: check_worths(
            tables, read_table(data / "rates.csv")
        ),
        "every service named is one that a tag claims": (
            lambda: check_tags(tables, (data / "tags.jsonl").read_text("utf-8").splitlines())
        ),
        "every trail ends where the rows say, by FIFO and haircut": (
            lambda: check_walks((data / "walks.jsonl").read_text("ascii").splitlines(), tables, ledger)
        ),
        "every total adds up": lambda: check_sums(tables, summary),
    }
    answers: list[Answer] = []
    for question, check in questions.items():
        try:
            found = check()
            answer = UNCHECKED if found[0] == UNCHECKED else HOLDS
            answers.append((question, answer, [line for line in found if line != UNCHECKED]))
        except Fault as fault:
            answers.append((question, FAILS, [str(fault)]))
        except (
            OSError,
            ValueError,
            LookupError,
            TypeError,
            AttributeError,
            ArithmeticError,
            csv.Error,
        ) as error:
            answers.append((question, FAILS, [f"it cannot be read: {error!r}"[:300]]))
    return answers


def main() -> int:
    """Print the answers."""
    parser = argparse.ArgumentParser(description="Check an evidence bundle.")
    parser.add_argument("bundle", nargs="?", type=Path, default=Path(__file__).resolve().parents[1])
    parser.add_argument("--key", type=Path, help="the signer's public key, in minisign's form")
    args = parser.parse_args()
    if not (args.bundle / "bagit.txt").is_file():
        print(f"{args.bundle} holds no bagit.txt: it is no bundle", file=sys.stderr)
        return 2
    answers = verify(args.bundle, args.key)
    for question, answer, found in answers:
        print(f"{answer:12} {question}", *found, sep="\n             ")
    print("\nNot proven by this program:", *NOT_PROVEN, sep="\n- ")
    return 1 if any(answer == FAILS for _, answer, _ in answers) else 0


if __name__ == "__main__":
    sys.exit(main())
