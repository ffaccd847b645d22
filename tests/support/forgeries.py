"""Forgeries of a bundle by somebody without the signer's key, each with the question that it has to fail."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from cointrail.casework.columns import Kind, columns_of
from cointrail.casework.rows import LeadRow, PaymentRow, ProceedRow
from cointrail.evidence.standards import Proof, Reader, Tx, canonical
from support.bundles import edit, rehash
from support.folded_tables import fold, full_tables, unfold

WHOLE = "the bundle is whole and as it was packed"
RECEIPTS = "the receipts of time are for this bundle"
SIGNED = "the signature is right"
TOGETHER = "the summary was made on the basis that is here"
TABLES = "the tables are those that the summary was made with"
HEADERS = "the headers link, with work and difficulty"
PROOFS = "every transaction is proven in a block"
WITNESSES = "every witness is the one that its block commits to"
STATEMENTS = "every ledger statement follows from the transactions"
RATES = "every fiat value follows from its rate"
TAGS = "every service named is one that a tag claims"
WALKS = "every trail ends where the rows say, by FIFO and haircut"
SUMS = "every total adds up"
JOURNAL = "the journal is unbroken, and its exhibits are there"
WITHHELD = "what is withheld is listed"

Forge = Callable[[Path], object]


@dataclass(frozen=True, slots=True)
class Forgery:
    """A change that is made to fit again; one of the questions has to find it.

    Tables are given to it with texts and ids in full and folded again, unless it is about folding.
    """

    name: str
    forge: Forge
    found_by: frozenset[str]
    in_full: bool = True


def forge(folder: Path, forgery: Forgery) -> bool:
    """Make a forgery in a copy of a bundle, digests and all; False where it changed nothing."""
    before = _content(folder)
    if forgery.in_full:
        unfold(folder)
    forgery.forge(folder)
    if forgery.in_full:
        fold(folder, before[str(folder / "data" / "chain" / "transactions.bin")])
    changed = _content(folder) != before
    cover(folder)
    return changed


def _content(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def cover(folder: Path) -> None:
    """Let summary.json and the manifests name the digests that the files have now."""
    case = folder / "data" / "case"
    summary = json.loads((case / "summary.json").read_text("utf-8"))
    basis = (case / "basis.json").read_bytes()
    for name, content in {**full_tables(folder), "basis.json": basis}.items():
        summary["files_sha256"][name] = hashlib.sha256(content).hexdigest()
    summary["basis_digest"] = hashlib.sha256(basis.removesuffix(b"\n")).hexdigest()
    (case / "summary.json").write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n", "utf-8")
    rehash(folder)


# -- cells of tables

ROWS = {"payments": PaymentRow, "leads": LeadRow, "proceeds": ProceedRow}
UNPROVEN = {("proceeds", "branches")}
"""Counts of the walk itself, which no row shows."""
FACTS = [
    (table, column.name)
    for table, row_type in ROWS.items()
    for column in columns_of(row_type)
    if column.kind is Kind.FACT and (table, column.name) not in UNPROVEN
]
SHARES = [
    *((table, f"{policy}_sat") for table in ("leads", "proceeds") for policy in ("fifo", "haircut")),
    ("payments", "ends_fifo_sat"),
    ("payments", "ends_haircut_sat"),
]
VALUES = [
    ("payments", name)
    for name in ("value", "rate", "rate_source", "rate_time", "currency", "report_value", "report_rate")
] + [("leads", "value"), ("leads", "report_value"), ("proceeds", "outflow_value"), ("proceeds", "value")]
CLAIMS = [
    (table, name)
    for table in ("leads", "proceeds")
    for name in ("exchange", "legal_entity", "jurisdiction", "tagged_address", "tag_source", "tag_date")
]


def forge_cell(folder: Path, table: str, column: str, row: int, change: Callable[[str], str]) -> None:
    """Change a cell; a row in which it is empty is passed over where another has it."""
    path = folder / "data" / "case" / f"{table}.csv"
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8"), newline="")))
    at = rows[0].index(column)
    filled = [line for line in rows[1:] if line[at]] or rows[1:]
    line = filled[row % len(filled)]
    line[at] = change(line[at])
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    path.write_text(text.getvalue(), "utf-8")


def other(text: str) -> str:
    """Something else of the same form."""
    last = text[-1:]
    return text[:-1] + ({"0": "1", "f": "e", "a": "b"}.get(last) or ("0" if last.isalnum() else "x"))


def cells(
    columns: list[tuple[str, str]], found_by: set[str], rng: random.Random, times: int
) -> Iterator[Forgery]:
    """Forgeries of cells, so many of each column, in rows by chance."""
    for table, column in columns:
        for _ in range(times):
            row = rng.randrange(10_000)
            yield Forgery(
                f"{table}.csv: another {column} (row {row})",
                lambda folder, t=table, c=column, r=row: forge_cell(folder, t, c, r, other),  # type: ignore[misc]
                frozenset(found_by),
            )


# -- files


def _edited(name: str, change: Callable[[str], str]) -> Forge:
    return lambda folder: edit(folder / "data" / name, change)


def _drop_line(place: int) -> Callable[[str], str]:
    def change(text: str) -> str:
        lines = text.splitlines(keepends=True)
        del lines[place % len(lines)]
        return "".join(lines)

    return change


def _repeat_line(place: int) -> Callable[[str], str]:
    return lambda text: text + text.splitlines(keepends=True)[place]


def _bytes(name: str, change: Callable[[bytes], bytes]) -> Forge:
    def forge(folder: Path) -> None:
        path = folder / "data" / "chain" / name
        path.write_bytes(change(path.read_bytes()))

    return forge


def _set(at: int, data: bytes) -> Callable[[bytes], bytes]:
    return lambda raw: raw[:at] + data + raw[at + len(data) :]


def _parts(raw: bytes, kind: type[Tx | Proof]) -> list[bytes]:
    """The bytes of each transaction or proof."""
    reader, ends = Reader(raw), [0]
    while reader.at < len(raw):
        kind(reader)
        ends.append(reader.at)
    return [raw[start:end] for start, end in pairwise(ends)]


def _in_parts(name: str, kind: type[Tx | Proof], change: Callable[[list[bytes]], object]) -> Forge:
    def turn(raw: bytes) -> bytes:
        parts = _parts(raw, kind)
        change(parts)
        return b"".join(parts)

    return _bytes(name, turn)


def _swap_headers(parts: list[bytes]) -> None:
    parts[0], parts[1] = parts[1][:80] + parts[0][80:], parts[0][:80] + parts[1][80:]


def _pays_more(parts: list[bytes]) -> None:
    """One output gets a bit more, in a transaction that spends something."""
    parts[5] = _changed_value(parts[5])


def _changed_value(raw: bytes) -> bytes:
    value, script = Tx(Reader(raw)).outputs[0]
    wire = value.to_bytes(8, "little") + bytes([len(script)]) + script
    more = (value + 1).to_bytes(8, "little") + bytes([len(script)]) + script
    assert wire in raw
    return raw.replace(wire, more, 1)


def _other_witness(parts: list[bytes]) -> None:
    """A bit of a witness, which no txid covers."""
    at = next(k for k, raw in enumerate(parts) if (tx := Tx(Reader(raw))).witness and not tx.is_coinbase)
    raw = bytearray(parts[at])
    raw[-6] ^= 1
    parts[at] = bytes(raw)


def _without_witness(parts: list[bytes]) -> None:
    """A transaction in the form without witnesses, which has the same txid."""
    at = next(k for k, raw in enumerate(parts) if (tx := Tx(Reader(raw))).witness and not tx.is_coinbase)
    tx = Tx(Reader(parts[at]))
    stacks = b"".join(
        bytes([len(stack)]) + b"".join(bytes([len(item)]) + item for item in stack) for stack in tx.witness
    )
    body = parts[at][6 : -4 - len(stacks)]
    parts[at] = parts[at][:4] + body + parts[at][-4:]


MAINNET_GENESIS_TX = bytes.fromhex(
    "01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d0104455468"
    "652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261"
    "696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a67130b7105cd6a828e0"
    "3909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000"
)
MAINNET_GENESIS_HEADER = bytes.fromhex(
    "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f61"
    "7fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c"
)


def _of_another_chain(folder: Path) -> None:
    """A transaction of another chain with a proof that is right there."""
    chain = folder / "data" / "chain"
    path = chain / "transactions.bin"
    path.write_bytes(MAINNET_GENESIS_TX + path.read_bytes())
    root = MAINNET_GENESIS_HEADER[36:68]
    proof = MAINNET_GENESIS_HEADER + b"\1\0\0\0" + b"\1" + root + b"\1\1"
    path = chain / "proofs.bin"
    path.write_bytes(proof + path.read_bytes())


def _fake_and_its_proof(folder: Path) -> None:
    """A transaction that was never in a block, with a proof that ends in a root of its own."""
    chain = folder / "data" / "chain"
    txs = _parts((chain / "transactions.bin").read_bytes(), Tx)
    fake = _changed_value(txs[0])
    (chain / "transactions.bin").write_bytes(b"".join([fake, *txs[1:]]))
    ids = {bytes.fromhex(Tx(Reader(raw)).txid)[::-1] for raw in txs[:1]}
    (old,) = ids
    new = bytes.fromhex(Tx(Reader(fake)).txid)[::-1]
    path = chain / "proofs.bin"
    path.write_bytes(path.read_bytes().replace(old, new))


def _deeper_tree(parts: list[bytes]) -> None:
    """A proof that states twice as many transactions, so that leaves lie one step deeper."""
    total = int.from_bytes(parts[0][80:84], "little")
    parts[0] = parts[0][:80] + (2 * total).to_bytes(4, "little") + parts[0][84:]


def _summary(change: Callable[[str], str]) -> Forge:
    return _edited("case/summary.json", change)


NAMED: dict[str, tuple[Forge, str]] = {
    "a transaction left out": (_in_parts("transactions.bin", Tx, lambda p: p.pop(7)), PROOFS),
    "a transaction twice": (_in_parts("transactions.bin", Tx, lambda p: p.append(p[0])), PROOFS),
    "a transaction that pays more": (_in_parts("transactions.bin", Tx, _pays_more), PROOFS),
    "half a transaction": (_bytes("transactions.bin", lambda raw: raw[:-9]), PROOFS),
    "a transaction of another chain": (_of_another_chain, PROOFS),
    "a fake transaction with its proof": (_fake_and_its_proof, PROOFS),
    "another witness": (_in_parts("transactions.bin", Tx, _other_witness), WITNESSES),
    "a witness taken off": (_in_parts("transactions.bin", Tx, _without_witness), WITNESSES),
    "a proof left out": (_in_parts("proofs.bin", Proof, lambda p: p.pop(3)), PROOFS),
    "a proof twice": (_in_parts("proofs.bin", Proof, lambda p: p.append(p[0])), PROOFS),
    "proofs of each other's blocks": (_in_parts("proofs.bin", Proof, _swap_headers), PROOFS),
    "a proof of a deeper tree": (_in_parts("proofs.bin", Proof, _deeper_tree), PROOFS),
    "a proof in no block": (_bytes("proofs.bin", _set(0, bytes(80))), PROOFS),
    "half a proof": (_bytes("proofs.bin", lambda raw: raw[:-5]), PROOFS),
    "no proofs": (_bytes("proofs.bin", lambda _: b""), PROOFS),
    "a proof of witnesses left out": (_in_parts("witnesses.bin", Proof, lambda p: p.pop(1)), WITNESSES),
    "a proof of witnesses twice": (_in_parts("witnesses.bin", Proof, lambda p: p.append(p[0])), WITNESSES),
    "witnesses of each other's blocks": (_in_parts("witnesses.bin", Proof, _swap_headers), WITNESSES),
    "witnesses of a deeper tree": (_in_parts("witnesses.bin", Proof, _deeper_tree), WITNESSES),
    "no proofs of witnesses": (_bytes("witnesses.bin", lambda _: b""), WITNESSES),
    "a header with less work": (_bytes("headers.bin", _set(80 * 50 + 72, b"\xff\xff\x7f\x21")), HEADERS),
    "a header of another time": (_bytes("headers.bin", _set(80 * 50 + 68, b"\1\2\3\4")), HEADERS),
    "a header left out": (_bytes("headers.bin", lambda raw: raw[: 80 * 9] + raw[80 * 10 :]), HEADERS),
    "two headers the other way round": (
        _bytes("headers.bin", lambda raw: raw[:80] + raw[160:240] + raw[80:160] + raw[240:]),
        HEADERS,
    ),
    "the last header left out": (_bytes("headers.bin", lambda raw: raw[:-80]), HEADERS),
    "another genesis": (_bytes("headers.bin", _set(4, b"\1")), HEADERS),
    "half a header": (_bytes("headers.bin", lambda raw: raw + bytes(40)), TOGETHER),
    "a basis nested without end": (
        lambda folder: (folder / "data/case/basis.json").write_text("[" * 100_000 + "]" * 100_000),
        TOGETHER,
    ),
    "no headers": (_bytes("headers.bin", lambda _: b""), TOGETHER),
    "another tip": (
        _edited("case/basis.json", lambda t: t.replace('"tip_height":', '"tip_height":1')),
        HEADERS,
    ),
    "another network": (_edited("case/basis.json", lambda t: t.replace('"regtest"', '"mainnet"')), TOGETHER),
    "another tip in the summary": (_summary(lambda t: t.replace('"height": ', '"height": 1', 1)), TOGETHER),
    "another table of errors": (_edited("error_table.json", lambda t: t + "\n"), TOGETHER),
    "another rate": (_edited("rates.csv", lambda t: t.replace(".", ".1", 1)), RATES),
    "a rate left out": (_edited("rates.csv", _drop_line(1)), RATES),
    "another tag": (_edited("tags.jsonl", lambda t: t.replace('"exchange": "', '"exchange": "X', 1)), TAGS),
    "another source of a tag": (
        _edited("tags.jsonl", lambda t: t.replace('"tag_source": "', '"tag_source": "X', 1)),
        TAGS,
    ),
    "a tag left out": (_edited("tags.jsonl", _drop_line(0)), TAGS),
    "a payment left out": (_edited("case/payments.csv", _drop_line(4)), SUMS),
    "a payment twice": (_edited("case/payments.csv", _repeat_line(1)), SUMS),
    "a lead left out": (_edited("case/leads.csv", _drop_line(2)), SUMS),
    "a lead twice": (_edited("case/leads.csv", _repeat_line(2)), WALKS),
    "an outflow left out": (_edited("case/proceeds.csv", _drop_line(2)), SUMS),
    "an outflow twice": (_edited("case/proceeds.csv", _repeat_line(2)), SUMS),
    "a walk left out": (_edited("walks.jsonl", _drop_line(5)), WALKS),
    "a walk twice": (_edited("walks.jsonl", _repeat_line(0)), WALKS),
    "another stop reason": (
        _edited("walks.jsonl", lambda t: t.replace('"custodian"', '"coinjoin"', 1)),
        WALKS,
    ),
    "a branch that never ends": (
        _edited("walks.jsonl", lambda t: t.replace('"ends":[[', '"ends":[[9', 1)),
        WALKS,
    ),
    "a step left out": (
        _edited("walks.jsonl", lambda t: re.sub(r'"steps":\[\[[^]]*\][^]]*\],?', '"steps":[', t, count=1)),
        WALKS,
    ),
    "a larger total": (_summary(lambda t: t.replace('"value_sat": "', '"value_sat": "9', 1)), SUMS),
    "more payments": (_summary(lambda t: t.replace('"count": 1', '"count": 91', 1)), SUMS),
    "another sum in dollars": (_summary(lambda t: t.replace('"value": "', '"value": "1', 1)), SUMS),
    "more withdrawals": (_summary(lambda t: t.replace('"withdrawals": ', '"withdrawals": 1', 1)), SUMS),
    "more leads": (_summary(lambda t: t.replace('"rows": ', '"rows": 1', 1)), SUMS),
    "a service left out": (_summary(lambda t: t.replace('"exchange": "', '"exchange": "Z', 1)), SUMS),
    "a class that no total counts": (
        _edited("case/payments.csv", lambda t: t.replace(",payment,", ",present,", 1)),
        SUMS,
    ),
    "something withheld in silence": (
        _edited(
            "case/payments.csv",
            lambda t: re.sub(",(coinbase|unspent|coinjoin|hop_limit|own_service),", ",withheld,", t),
        ),
        WITHHELD,
    ),
}


def _in_lines(change: Callable[[list[str]], object]) -> Forge:
    def turn(text: str) -> str:
        lines = text.splitlines(keepends=True)
        change(lines)
        return "".join(lines)

    return _edited("journal/journal.jsonl", turn)


def _retold(lines: list[str]) -> None:
    """Another finding, with a digest that fits it; the entries after it still name the old one."""
    entry = json.loads(lines[4])
    entry["content"]["text"] = "The chain has another tip."
    body = {name: value for name, value in entry.items() if name != "digest"}
    entry["digest"] = hashlib.sha256(canonical(body)).hexdigest()
    lines[4] = canonical(entry).decode() + "\n"


def _reversed(lines: list[str]) -> None:
    lines[2], lines[3] = lines[3], lines[2]


def _exhibit(change: Callable[[Path], object]) -> Forge:
    return lambda folder: change(next((folder / "data" / "exhibits").iterdir()))


NAMED |= {
    "a journal in another order": (_in_lines(_reversed), JOURNAL),
    "an entry left out": (_in_lines(lambda lines: lines.pop(2)), JOURNAL),
    "the last entry left out": (_in_lines(lambda lines: lines.pop()), JOURNAL),
    "an entry twice": (_in_lines(lambda lines: lines.insert(1, lines[1])), JOURNAL),
    "an entry of another day": (
        _edited("journal/journal.jsonl", lambda t: t.replace("-04-", "-05-", 1)),
        JOURNAL,
    ),
    "an entry by somebody else": (
        _edited("journal/journal.jsonl", lambda t: t.replace("Ü.", "U.", 1)),
        JOURNAL,
    ),
    "another finding with its digest": (_in_lines(_retold), JOURNAL),
    "an entry written in another way": (
        _edited("journal/journal.jsonl", lambda t: t.replace(":", ": ", 1)),
        JOURNAL,
    ),
    "another head of the journal": (_edited("journal/head.txt", lambda t: other(t.strip()) + "\n"), JOURNAL),
    "another result of an exhibit": (_exhibit(lambda path: path.write_bytes(b'{"tip":2}')), JOURNAL),
    "an exhibit left out": (_exhibit(lambda path: path.unlink()), JOURNAL),
    "an exhibit that nobody took": (
        _exhibit(lambda path: path.with_name("more.json").write_bytes(b"{}")),
        JOURNAL,
    ),
    "exhibits without a journal": (lambda folder: (folder / "data/journal/journal.jsonl").unlink(), JOURNAL),
}


def _cells(table: str, change: Callable[[str], str]) -> Forge:
    return _edited(f"case/{table}.csv", change)


def _swapped_texts(text: str) -> str:
    """Two texts, each under the name of the other."""
    lines = text.splitlines(keepends=True)
    (one, first), (two, second) = (line.split(",", 1) for line in lines[1:3])
    return "".join([lines[0], f"{one},{second}", f"{two},{first}", *lines[3:]])


def _short_name(folder: Path) -> None:
    """A text named by three digits, which many texts could have."""
    case = folder / "data" / "case"
    name = (case / "texts.csv").read_text("utf-8").splitlines()[1].partition(",")[0]
    for table in (*ROWS, "texts"):
        path = case / f"{table}.csv"
        path.write_text(path.read_text("utf-8").replace(name, name[:8]), "utf-8")


_STEP = re.compile(r"(?<=<-)[0-9a-f]{16}(?=:)")


def _through_another(folder: Path) -> None:
    """A path by way of another transaction of the bundle."""
    raw = (folder / "data" / "chain" / "transactions.bin").read_bytes()
    other_tx = Tx(Reader(raw)).txid[:16]
    edit(folder / "data" / "case" / "leads.csv", lambda text: _STEP.sub(other_tx, text, count=1))


FOLDED: dict[str, tuple[Forge, str]] = {
    "another text": (_edited("case/texts.csv", lambda t: t.replace(" ", "  ", 1)), TABLES),
    "two texts under each other's names": (_edited("case/texts.csv", _swapped_texts), TABLES),
    "a text left out": (_edited("case/texts.csv", _drop_line(2)), TABLES),
    "a text twice": (_edited("case/texts.csv", _repeat_line(1)), TABLES),
    "a text that no row names": (
        _edited("case/texts.csv", lambda t: t + f"text:{hashlib.sha256(b'more').hexdigest()},more\n"),
        TABLES,
    ),
    "another head of the texts": (
        _edited("case/texts.csv", lambda t: t.replace("name,", "names,", 1)),
        TABLES,
    ),
    "a text by a name that is too short": (_short_name, TABLES),
    "a text in the place of its name": (
        _cells("payments", lambda t: re.sub("text:[0-9a-f]+", "Somebody", t, count=1)),
        TABLES,
    ),
    "the name of no text": (
        _cells("leads", lambda t: re.sub("text:[0-9a-f]+", "text:" + "0" * 12, t, count=1)),
        TABLES,
    ),
    "a path through no transaction": (_cells("leads", lambda t: _STEP.sub("0" * 16, t, count=1)), TABLES),
    "a path through another transaction": (_through_another, STATEMENTS),
    "other columns of rates": (_edited("rates.csv", lambda t: t.replace("rate_time", "time", 1)), RATES),
}
"""What can be forged in how tables are folded."""


def named() -> Iterator[Forgery]:
    """Every forgery that has a name."""
    for name, (forge_it, question) in NAMED.items():
        yield Forgery(name, forge_it, frozenset({question}))
    for name, (forge_it, question) in FOLDED.items():
        yield Forgery(name, forge_it, frozenset({question}), in_full=False)


def crafted(rng: random.Random, times: int) -> Iterator[Forgery]:
    """Every named forgery once, and so many of each column that can be checked."""
    yield from named()
    yield from cells(FACTS, {STATEMENTS, SUMS, WALKS}, rng, times)
    yield from cells(SHARES, {WALKS}, rng, times)
    yield from cells(VALUES, {RATES}, rng, times)
    yield from cells(CLAIMS, {TAGS}, rng, times)
