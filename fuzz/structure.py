"""Where the counts, lengths and items of sound blocks, undo records, scripts and witnesses stand."""

from __future__ import annotations

from cointrail.chain.decode import HEADER_SIZE, read_compact_size
from cointrail.chain.undo import read_script, read_varint
from seeds import Kind, Seed, Spot


class _Walk:
    """A place in sound bytes, and the spots seen so far."""

    def __init__(self, raw: bytes, at: int = 0) -> None:
        self.raw, self.at = raw, at
        self.spots: list[Spot] = []

    def size(self, kind: Kind) -> tuple[int, int]:
        """A compact size: its value, and its row among the spots."""
        value, after = read_compact_size(self.raw, self.at)
        self.spots.append(Spot(kind, self.at, after - self.at, value))
        self.at = after
        return value, len(self.spots) - 1

    def sized(self) -> None:
        """Bytes after their length."""
        length, _ = self.size(Kind.LENGTH)
        self.at += length

    def fixed(self, kind: Kind, size: int) -> None:
        """A field of so many bytes."""
        self.spots.append(Spot(kind, self.at, size))
        self.at += size

    def item(self, begin: int, owner: int) -> None:
        """What was walked since `begin` is one item of a count."""
        self.spots.append(Spot(Kind.ITEM, begin, self.at - begin, 0, owner))

    def seed(self) -> Seed:
        """The bytes with all spots seen."""
        return Seed(self.raw, tuple(self.spots))


def block_seed(raw: bytes) -> Seed:
    """Spots of a block."""
    walk = _Walk(raw, HEADER_SIZE)
    count, owner = walk.size(Kind.COUNT)
    for _ in range(count):
        begin = walk.at
        _walk_tx(walk)
        walk.item(begin, owner)
    return walk.seed()


def _walk_tx(walk: _Walk) -> None:
    walk.at += 4
    segwit = walk.raw[walk.at] == 0
    walk.at += 2 if segwit else 0
    inputs, owner = walk.size(Kind.COUNT)
    for _ in range(inputs):
        begin = walk.at
        walk.at += 36
        walk.sized()
        walk.fixed(Kind.WORD, 4)
        walk.item(begin, owner)
    outputs, owner = walk.size(Kind.COUNT)
    for _ in range(outputs):
        begin = walk.at
        walk.fixed(Kind.VALUE, 8)
        walk.sized()
        walk.item(begin, owner)
    for _ in range(inputs if segwit else 0):
        _walk_stack(walk)
    walk.fixed(Kind.WORD, 4)


def _walk_stack(walk: _Walk) -> None:
    items, owner = walk.size(Kind.COUNT)
    for _ in range(items):
        begin = walk.at
        walk.sized()
        walk.item(begin, owner)


def stack_seed(raw: bytes) -> Seed:
    """Spots of one input's witness as it stands in a transaction."""
    walk = _Walk(raw)
    _walk_stack(walk)
    return walk.seed()


def undo_seed(raw: bytes) -> Seed:
    """Spots of an undo record."""
    walk = _Walk(raw)
    rows, owner = walk.size(Kind.COUNT)
    for _ in range(rows):
        begin = walk.at
        inputs, inner = walk.size(Kind.COUNT)
        for _ in range(inputs):
            _walk_spent(walk, inner)
        walk.item(begin, owner)
    return walk.seed()


def _walk_spent(walk: _Walk, owner: int) -> None:
    begin = walk.at
    code = _varint(walk)
    if code > 1:
        _varint(walk)
    _varint(walk)
    _, end = read_script(walk.raw, walk.at)
    _varint(walk)
    walk.at = end
    walk.item(begin, owner)


def _varint(walk: _Walk) -> int:
    value, after = read_varint(walk.raw, walk.at)
    walk.fixed(Kind.VARINT, after - walk.at)
    return value


def script_seed(raw: bytes) -> Seed:
    """Spots of a script: each step up to the first that is malformed."""
    spots = []
    at = 0
    while at < len(raw):
        code, begin = raw[at], at
        width = {0x4C: 1, 0x4D: 2, 0x4E: 4}.get(code, 0)
        length = int.from_bytes(raw[at + 1 : at + 1 + width], "little") if width else code
        at += 1 + (width + length if code <= 0x4E else 0)
        if at > len(raw):
            break
        spots += [Spot(Kind.OPCODE, begin, 1 + width), Spot(Kind.ITEM, begin, at - begin)]
    return Seed(raw, tuple(spots))


def stream_seed(head: bytes, records: list[bytes], tail: bytes) -> Seed:
    """Spots of a file of records (magic, length, the rest) with other bytes before and behind."""
    spots = []
    at = len(head)
    for record in records:
        spots += [
            Spot(Kind.WORD, at, 4),
            Spot(Kind.WORD, at + 4, 4),
            Spot(Kind.ITEM, at, len(record)),
        ]
        at += len(record)
    return Seed(head + b"".join(records) + tail, tuple(spots))
