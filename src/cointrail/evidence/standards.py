"""Published rules that verify.py uses: of files, of Bitcoin's chains and addresses, of signatures and money.

Each part names its source, and any other library for it will do. Only the last one, plain sums over rows, is
about our own tables.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator
from decimal import ROUND_HALF_EVEN, Context, Decimal
from pathlib import Path
from typing import Any


class Fault(Exception):
    """Something in the bundle is not as it says."""


def need(holds: object, text: str) -> None:
    """Raise a Fault unless something holds."""
    if not holds:
        raise Fault(text)


# -- files: manifests (RFC 8493), tables (RFC 4180), JSON (RFC 8785)


def listed(root: Path, manifest: str) -> Iterator[str]:
    """The files that a manifest lists, each hashed."""
    kind, seen = manifest.removesuffix(".txt").partition("-")[2], set()
    for line in (root / manifest).read_text("utf-8").splitlines():
        digest, _, name = line.partition("  ")
        need(not {"", ".", ".."} & set(name.split("/")) and name not in seen, f"{manifest}: {line[:99]}")
        need((root / name).is_file(), f"{name} is missing")
        hashed = hashlib.new(kind, (root / name).read_bytes()).hexdigest()
        need(hashed == digest, f"{name} is not what was packed: its {kind} differs")
        seen.add(name)
        yield name


def read_table(path: Path) -> list[list[str]]:
    """The rows of a CSV, its head among them."""
    usual = csv.field_size_limit(2**31 - 1)  # a path of 2,000 hops is longer than the library's own limit
    try:
        with path.open(encoding="utf-8", newline="") as file:
            head, *rows = csv.reader(file, strict=True)
    except csv.Error as error:
        raise Fault(f"{path.name} is no table: {error}") from None
    finally:
        csv.field_size_limit(usual)
    even = len(set(head)) == len(head) and all(len(row) == len(head) for row in rows)
    need(even, f"{path.name} is no table")
    return [head, *rows]


def as_csv(rows: list[list[str]]) -> bytes:
    """A CSV of these rows: quotes only where they are needed, line feeds."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def read_texts(path: Path) -> dict[str, str]:
    """Texts by name: `text:` with the first digits of their SHA-256, twelve or as many as tell them apart."""
    head, *rows = read_table(path)
    need(head == ["name", "text"], f"{path.name} has other columns")
    texts: dict[str, str] = {}
    for name, text in rows:
        own = f"text:{hashlib.sha256(text.encode()).hexdigest()}"
        need(own.startswith(name) and len(name) >= len("text:") + 12, f"{name} is not the name of its text")
        need(name not in texts, f"{name} is there twice")
        texts[name] = text
    return texts


def guarded(text: str) -> str:
    """As a table holds it: an apostrophe keeps a spreadsheet from running a cell."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def canonical(value: object) -> bytes:
    """The one way to write JSON that has no fractions and plain names."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


# -- networks and headers

NETWORKS = {
    name: (genesis.zfill(64), int(bits, 16), follows, (int(p2pkh), int(p2sh)), prefix)
    for name, genesis, bits, follows, p2pkh, p2sh, prefix in map(
        str.split,
        """\
mainnet  000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f 1d00ffff plain 0 5 bc
testnet3 000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943 1d00ffff own 111 196 tb
testnet4 00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043 1d00ffff own 111 196 tb
signet   00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6 1e0377ae plain 111 196 tb
regtest  0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206 207fffff never 111 196 bcrt
""".splitlines(),
    )
}
"""Genesis hash, easiest target, how it is retargeted, address versions, prefix."""
INTERVAL, WANTED_SECONDS = 2016, 14 * 24 * 3600


def sha256d(data: bytes) -> bytes:
    """SHA-256 twice."""
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def name_of(data: bytes) -> str:
    """The hash of a header or transaction as explorers show it."""
    return sha256d(data)[::-1].hex()


def little(data: bytes) -> int:
    """A little-endian number."""
    return int.from_bytes(data, "little")


def target_of(bits: int) -> int:
    """The number that a hash must not exceed; 0 for a negative one."""
    size, mantissa = bits >> 24, bits & 0x7FFFFF if bits & 0x800000 == 0 else 0
    return mantissa << 8 * (size - 3) if size > 3 else mantissa >> 8 * (3 - size)


def check_chain(headers: list[bytes], network: str) -> tuple[int, str]:
    """Links, proof of work and difficulty from genesis on; (work in hashes, what was not checked)."""
    genesis, easiest, follows = NETWORKS[network][:3]
    need(name_of(headers[0]) == genesis, f"the first header is not the genesis block of {network}")
    last, work, limit = bytes(32), 0, target_of(easiest)
    for height, header in enumerate(headers):
        bits, found = little(header[72:76]), sha256d(header)
        target = target_of(bits)
        need(header[4:36] == last, f"height {height}: another predecessor")
        need(little(found) <= target <= limit, f"height {height}: no proof of work")
        if height and follows != "own":
            right = little(headers[height - 1][72:76])
            if follows == "plain" and height % INTERVAL == 0:
                right = next_bits(headers, height, limit)
            need(bits == right, f"height {height}: the difficulty is not what the rules ask")
        last, work = found, work + 2**256 // (target + 1)
    return work, "; the network's own rules of difficulty are not checked" if follows == "own" else ""


def next_bits(headers: list[bytes], height: int, limit: int) -> int:
    """The target after an interval. Source: Bitcoin Core, pow.cpp, CalculateNextWorkRequired."""
    first, last = headers[height - INTERVAL], headers[height - 1]
    taken = little(last[68:72]) - little(first[68:72])
    taken = max(WANTED_SECONDS // 4, min(WANTED_SECONDS * 4, taken))
    target = min(limit, target_of(little(last[72:76])) * taken // WANTED_SECONDS)
    size = (target.bit_length() + 8) // 8  # a mantissa has a sign bit
    return (target << 24 >> 8 * size) | size << 24


# -- transactions and proofs


class Reader:
    """Bytes read from the front."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, size: int) -> bytes:
        """The next bytes."""
        need(size <= len(self.data) - self.at, "a transaction or proof ends too early")
        self.at += size
        return self.data[self.at - size : self.at]

    def count(self) -> int:
        """A compact size, in its shortest form."""
        first = self.take(1)[0]
        value = first if first < 253 else little(self.take(2 << (first - 253)))
        need(first < 253 or value >= (253, 1 << 16, 1 << 32)[first - 253], "a count is too long")
        return value

    def all(self, read: Callable[[Reader], Any]) -> list[Any]:
        """One thing after the other, to the end."""
        found = []
        while self.at < len(self.data):
            found.append(read(self))
        return found


class Tx:
    """A transaction: its id covers all but the witnesses, its wtxid those too."""

    def __init__(self, r: Reader) -> None:
        begin, version = r.at, r.take(4)
        segwit = r.data[r.at : r.at + 2] == b"\0\1"
        start = r.at = r.at + 2 * segwit
        spends = [
            (r.take(32)[::-1].hex(), little(r.take(4)), r.take(r.count() + 4)) for _ in range(r.count())
        ]
        self.outputs = [(little(r.take(8)), r.take(r.count())) for _ in range(r.count())]
        body, stacks = r.data[start : r.at], spends if segwit else []
        self.witness = [[r.take(r.count()) for _ in range(r.count())] for _ in stacks]
        plain = version + body + r.take(4)
        need(spends and any(self.witness) == segwit, "a transaction is not what it says")
        need(len(plain) != 64, "64 bytes may be an inner node of a merkle tree (CVE-2017-12842)")
        self.raw = r.data[begin : r.at]
        self.txid, self.wtxid = name_of(plain), name_of(self.raw)
        self.is_coinbase = spends[0][:2] == ("0" * 64, 0xFFFFFFFF)
        self.outpoints = [f"{txid}:{vout}" for txid, vout, _ in spends]
        self.paid, self.height, self.place = sum(value for value, _ in self.outputs), -1, -1


class Proof:
    """A block's header, and a partial merkle tree. Source: BIP 37."""

    def __init__(self, r: Reader) -> None:
        self.header, self.total = r.take(80), little(r.take(4))
        need(0 < self.total <= 4_000_000 // 240, "the proof states an impossible number of transactions")
        hashes = [r.take(32) for _ in range(r.count())]
        flags = [byte >> k & 1 for byte in r.take(r.count()) for k in range(8)]
        self.found: dict[int, str] = {}
        self._hashes, self._flags = iter(hashes), iter(flags)
        try:
            self.root = self._walk((self.total - 1).bit_length(), 0)
        except StopIteration:
            raise Fault("the proof lacks hashes or flags") from None
        rest = list(self._flags)
        need(not [*self._hashes, *filter(None, rest)] and len(rest) < 8, "the proof is too long")
        # The first one is proven too, and is a coinbase: so the tree is as deep as the proof says.
        need(0 in self.found, "the proof leaves out the coinbase")

    def _walk(self, level: int, place: int) -> bytes:
        flag = next(self._flags)
        if level == 0 or not flag:
            here = next(self._hashes)
            if flag:
                self.found[place] = here[::-1].hex()
            return here
        left = right = self._walk(level - 1, 2 * place)
        if (2 * place + 1) << (level - 1) < self.total:
            right = self._walk(level - 1, 2 * place + 1)
            need(left != right, "the proof repeats a branch (CVE-2012-2459)")
        return sha256d(left + right)


def check_commitment(coinbase: Tx, root: bytes) -> None:
    """Raise a Fault unless a coinbase commits to the root of a tree of wtxids. Source: BIP 141."""
    kept = [script[6:38] for _, script in coinbase.outputs if script[:6] == b"\x6a\x24\xaa\x21\xa9\xed"]
    items = [item for stack in coinbase.witness for item in stack]
    need(kept and len(items) == 1 and len(items[0]) == 32, "a coinbase commits to no witnesses")
    need(sha256d(root + items[0]) == kept[-1], f"{coinbase.txid} commits to other witnesses")


# -- money: minor units other than two digits (ISO 4217)

DIGITS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
}
EXACT = Context(prec=120)


def money(values: list[tuple[str, str]], currency: str) -> str:
    """Satoshi times rate, added up exactly, rounded once, half to even; nothing for no values."""
    total = Decimal(0)
    for sat, rate in values:
        total = EXACT.add(total, EXACT.multiply(Decimal(sat), Decimal(rate)).scaleb(-8, EXACT))
    rounded = total.quantize(Decimal(1).scaleb(-DIGITS.get(currency, 2)), ROUND_HALF_EVEN, EXACT)
    return f"{rounded or abs(rounded):f}" if values else ""


def divide(tainted: int, parts: list[int]) -> list[int]:
    """In proportion to value, rounded down; what is left goes to the largest remainders, one each."""
    total = sum(parts) or 1
    shares = [tainted * part // total for part in parts]
    order = sorted(range(len(parts)), key=lambda k: -(tainted * parts[k] % total))
    for k in order[: tainted - sum(shares)]:
        shares[k] += 1
    return shares


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


# -- signatures: minisign's form, Ed25519 (RFC 8032)

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, ROOT = -121665 * pow(121666, -1, P) % P, pow(2, (P - 1) // 4, P)
Point = tuple[int, int]


def unpacked(line: str) -> bytes:
    """Base64 in the one way to write it."""
    raw = base64.b64decode(line, validate=True)
    need(base64.b64encode(raw).decode() == line, "base64 with bits to spare")
    return raw


class Minisig:
    """A signature in minisign's form. Source: its manual, "signature format", of prehashed messages."""

    def __init__(self, text: str) -> None:
        lines = [*text.split("\n"), "", ""]
        form = [line.partition(": ")[0] for line in (lines[0], lines[2])] == [
            "untrusted comment",
            "trusted comment",
        ]
        need(form and lines[4:] == ["", "", ""], "the signature file is malformed")
        self._raw, self._over_all = (unpacked(line) for line in (lines[1], lines[3]))
        need(self._raw[:2] == b"ED" and len(self._raw) == 74, "the signature is of an unknown kind")
        self.key, self.comment = self._raw[9:1:-1].hex().upper(), lines[2].removeprefix("trusted comment: ")

    def check(self, key: str, message: bytes) -> None:
        """Raise a Fault unless it is of that key and message, with its comment."""
        raw = unpacked(key.split("\n")[1])
        need(raw[:2] == b"Ed" and len(raw) == 42, "the key is of an unknown kind")
        need(raw[2:10] == self._raw[2:10], f"it is signed by another key, {self.key}")
        hashed, signature = hashlib.blake2b(message).digest(), self._raw[10:]
        need(is_signed(raw[10:], hashed, signature), "the signature does not fit the bundle")
        signed = signature + self.comment.encode()
        need(is_signed(raw[10:], signed, self._over_all), "the trusted comment was not signed")


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature is right."""
    key, point, scalar = unpack(public), unpack(signature[:32]), little(signature[32:])
    base = unpack(bytes.fromhex("58" + "66" * 31))
    if not (key and point and base and scalar < L and len(signature) == 64):
        return False
    h = little(hashlib.sha512(signature[:32] + public + message).digest()) % L
    return times(scalar, base) == add(point, times(h, key))


def unpack(raw: bytes) -> Point | None:
    """A point of the curve."""
    y, odd = little(raw) & (2**255 - 1), raw[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * ROOT % P
    if y >= P or x * x % P != square or (x == 0 and odd):
        return None
    return x if x & 1 == odd else P - x, y


def add(p: Point, q: Point) -> Point:
    """The sum of two points."""
    (a, b), (c, d) = p, q
    both = D * a * b * c * d % P
    return (a * d + b * c) * pow(1 + both, -1, P) % P, (a * c + b * d) * pow(1 - both, -1, P) % P


def times(scalar: int, point: Point) -> Point:
    """A point added to itself."""
    total = (0, 1)
    while scalar:
        total = add(total, point) if scalar & 1 else total
        point, scalar = add(point, point), scalar >> 1
    return total


# -- sums over rows of tables


def shares(key: str, rows: list[dict[str, str]]) -> Iterator[tuple[str, int, int]]:
    """The text in one column, with the shares of each row."""
    return ((row[key], int(row["fifo_sat"]), int(row["haircut_sat"])) for row in rows)


def tally(shares: Iterable[tuple[str, int, int]]) -> dict[str, tuple[int, int]]:
    """Satoshi by FIFO and by haircut, added up by name."""
    sums: dict[str, tuple[int, int]] = {}
    for name, fifo, haircut in shares:
        before = sums.get(name, (0, 0))
        sums[name] = before[0] + fifo, before[1] + haircut
    return sums


def distinct(led: list[dict[str, str]], paid_in: list[dict[str, str]]) -> dict[str, Any]:
    """Distinct outputs that point at some services, and satoshi by FIFO."""

    def fifo(rows: list[dict[str, str]], *hands: str) -> str:
        return str(sum(int(row["fifo_sat"]) for row in rows if row["hand"] in hands or not hands))

    same = {row["payment"] for row in led if row["hand"] == "same_hand"}
    own = {row["end_outpoint"] for row in paid_in if row["hand"] == "same_hand"}
    return {
        "payments_same_hand": len(same),
        "payments_upstream": len({row["payment"] for row in led} - same),
        "withdrawals": len({row["withdrawal_outpoint"] for row in led}),
        "paid_fifo_sat": fifo(led),
        "paid_same_hand_fifo_sat": fifo(led, "same_hand"),
        "paid_upstream_fifo_sat": fifo(led, "upstream"),
        "deposits_same_hand": len(own),
        "deposits_downstream": len({row["end_outpoint"] for row in paid_in} - own),
        "deposited_fifo_sat": fifo(paid_in),
        "deposited_same_hand_fifo_sat": fifo(paid_in, "same_hand"),
        "deposited_downstream_fifo_sat": fifo(paid_in, "downstream"),
    }


def expected_wrong(rows: list[dict[str, str]]) -> dict[str, Any]:
    """How many rows are expected to be wrong at most: their bounds added up; those without, counted apart."""
    measured = [row for row in rows if row["error_bound_ppm"]]
    unmeasured = [row for row in rows if row["error_not_measured"] and not row["error_bound_ppm"]]
    sums = {"expected_wrong": "error_bound_ppm", "expected_wrong_at_payjoin_5": "error_payjoin_5_ppm"}
    hundredths = {name: -(-sum(int(row[ppm]) for row in measured) // 10_000) for name, ppm in sums.items()}
    texts = {name: f"{value // 100}.{value % 100:02}" for name, value in hundredths.items()}
    return {**texts, "rows": len(measured), "rows_not_measured": len(unmeasured)}


def with_errors(said: dict[str, Any], **tables: list[dict[str, str]]) -> dict[str, Any]:
    """The totals of error that `said` must hold, each under the name of its table of rows."""
    return {name: {**said[name], **expected_wrong(rows)} for name, rows in tables.items()}


def outcome(rows: list[dict[str, str]], policy: str) -> str:
    """By what an outflow is counted: its first lead that carries value, else where most of it ended."""
    leads = [row["outcome"] for row in rows if row["exchange"] and int(row[policy])]
    ends = sorted((-int(row[policy]), row["outcome"]) for row in rows if not row["exchange"])
    return leads[0] if leads else ends[0][1]
