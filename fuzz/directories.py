"""Blocks directories with something wrong, described as records first and then as files.

Dice decide what is wrong, so the same dice give the same directory. The chain is short, and has a branch
beside it whose blocks are stored too.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

from cointrail.chain.decode import encode_header
from cointrail.chain.types import BlockHash, sha256d
from seeds import WORDS, Kind
from support.blocks_writer import REGTEST_MAGIC, Stored, record, xored
from support.kernel_chain import Branch, pay
from support.kernel_locks import ALL_KINDS, Lock

Files = dict[str, bytes]
CHECKSUM = 32
MOST_CHANGES = 3


@dataclass
class Record:
    """A record as it will stand in a file; its stated length may be a lie."""

    payload: bytes
    behind: bytes = b""
    """the checksum of an undo record"""
    length: int | None = None

    def raw(self) -> bytes:
        """Magic, length and what follows."""
        length = len(self.payload) if self.length is None else self.length
        return record(self.payload, length) + self.behind


@dataclass
class Draft:
    """A directory in the making: block and undo records by file, the key, and bytes behind the records."""

    blocks: list[list[Record]]
    undo: list[list[Record]]
    key: bytes
    tail: int
    spare: list[Stored] = field(default_factory=list)
    """blocks of the other branch"""


Change = Callable[[Draft, random.Random], None]
FileChange = Callable[[Files, random.Random], None]


@cache
def chain() -> tuple[tuple[Stored, ...], tuple[Stored, ...]]:
    """A chain of 15 blocks, and the three blocks of a branch that leaves it two below its tip."""
    dice = random.Random(12)
    branch = Branch(salt=b"fuzz")
    branch.mine_empty(6)
    for _ in range(6):
        _grow(branch, dice)
    other = branch.fork(branch.height, b"other")
    for _ in range(2):
        _grow(branch, dice)
    for _ in range(3):
        _grow(other, dice)
    return tuple(branch.stored), tuple(other.stored[-3:])


def _grow(branch: Branch, dice: random.Random) -> None:
    coins = [coin for coin in branch.coins if coin.value > 3000]
    drafts = []
    for coin in dice.sample(coins, 2):
        lock = Lock(dice.choice(ALL_KINDS), dice.randrange(9))
        drafts.append(pay([coin], [(lock, coin.value // 2), (lock, 1000)]))
    branch.mine(drafts)


def sound(dice: random.Random) -> Draft:
    """The chain in one to three files, as a node might have written it."""
    main, spare = chain()
    cuts = sorted(dice.sample(range(1, len(main)), dice.randrange(3)))
    edges = [0, *cuts, len(main)]
    parts = [main[a:b] for a, b in pairwise(edges)]
    key = dice.choice([bytes(8), dice.randbytes(8)])
    return Draft(
        [[Record(s.block) for s in part] for part in parts],
        [[_undo_record(s) for s in part if s.undo is not None] for part in parts],
        key,
        dice.choice([0, 0, 7, 300]),
        list(spare),
    )


def _undo_record(stored: Stored) -> Record:
    whole = stored.undo_record
    return Record(whole[:-CHECKSUM], whole[-CHECKSUM:])


def made(dice: random.Random) -> Files:
    """The files of a directory with up to a few things wrong."""
    draft = sound(dice)
    for _ in range(dice.randint(0, MOST_CHANGES)):
        dice.choice(CHANGES)(draft, dice)
    files = _files(draft)
    if dice.random() < 0.4:
        dice.choice(FILE_CHANGES)(files, dice)
    return files


def unharmed() -> Files:
    """The files of a directory with nothing wrong."""
    return _files(sound(random.Random(1)))


def _files(draft: Draft) -> Files:
    files = {"xor.dat": draft.key}
    for kind, parts in (("blk", draft.blocks), ("rev", draft.undo)):
        for number, records in enumerate(parts):
            data = b"".join(one.raw() for one in records)
            files[f"{kind}{number:05}.dat"] = xored(data, draft.key) + bytes(draft.tail)
    return files


# -- changes of records


def _some(draft: Draft, dice: random.Random) -> tuple[list[Record], int]:
    """A list of records and a place in it; the list may be empty, the place is then 0."""
    records = dice.choice(dice.choice([draft.blocks, draft.undo]))
    return records, dice.randrange(len(records)) if records else 0


def _shuffle(draft: Draft, dice: random.Random) -> None:
    records, _ = _some(draft, dice)
    dice.shuffle(records)


def _drop(draft: Draft, dice: random.Random) -> None:
    records, place = _some(draft, dice)
    del records[place : place + dice.randint(1, 3)]


def _double(draft: Draft, dice: random.Random) -> None:
    records, place = _some(draft, dice)
    if records:
        dice.choice(dice.choice([draft.blocks, draft.undo])).insert(place, records[place])


def _lie_about_length(draft: Draft, dice: random.Random) -> None:
    records, place = _some(draft, dice)
    if records:
        length = int.from_bytes(dice.choice(WORDS[Kind.WORD]), "little")
        records[place].length = dice.choice(
            [length, max(0, len(records[place].payload) + dice.choice([-1, 1]))]
        )


def _cut_payload(draft: Draft, dice: random.Random) -> None:
    records, place = _some(draft, dice)
    if records:
        keep = dice.choice([0, 1, 79, 80, 81, 82, 88, dice.randrange(400)])
        records[place] = Record(records[place].payload[:keep], records[place].behind)


def _damaged(raw: bytes, dice: random.Random, first: int) -> bytes:
    for _ in range(dice.randint(1, 3)):
        place = dice.randint(min(first, len(raw)), len(raw))
        middle = dice.choice([b"", dice.randbytes(1), dice.choice(WORDS[Kind.COUNT])])
        raw = raw[:place] + middle + raw[place + 1 :]
    return raw


def mined(raw: bytes) -> bytes:
    """A block with a nonce that gives its header enough work for regtest; as it is when none does."""
    for nonce in range(64):
        header = raw[:76] + nonce.to_bytes(4, "little")
        if sha256d(header)[31] < 0x7F:
            return header + raw[80:]
    return raw


def _damage_block(draft: Draft, dice: random.Random) -> None:
    records = dice.choice(draft.blocks)
    if records:
        place = dice.randrange(len(records))
        raw = _damaged(records[place].payload, dice, dice.choice([0, 80]))
        records[place] = Record(mined(raw) if dice.random() < 0.7 else raw)


def _damage_undo(draft: Draft, dice: random.Random) -> None:
    """An undo record that says something else, mostly under a checksum that fits."""
    number = dice.randrange(len(draft.undo))
    if not draft.undo[number]:
        return
    place = dice.randrange(len(draft.undo[number]))
    old = draft.undo[number][place]
    payload = _damaged(old.payload, dice, 0)
    checksum = old.behind
    for one in draft.blocks[number]:
        if sha256d(one.payload[4:36] + old.payload) == old.behind and dice.random() < 0.8:
            checksum = sha256d(one.payload[4:36] + payload)
    draft.undo[number][place] = Record(payload, checksum)


def _add_branch(draft: Draft, dice: random.Random) -> None:
    number = dice.randrange(len(draft.blocks))
    for stored in draft.spare[: dice.randint(1, 3)]:
        draft.blocks[number].append(Record(stored.block))
        if dice.random() < 0.6:
            draft.undo[number].append(_undo_record(stored))
    if dice.random() < 0.3:
        dice.shuffle(draft.blocks[number])


def _forge_header(draft: Draft, dice: random.Random) -> None:
    """Another block on one that is there: any version, target, time and body."""
    number = dice.randrange(len(draft.blocks))
    main, _ = chain()
    below = dice.choice(main)
    bits = dice.choice(
        [0x207FFFFF, 0x207FFFFF, 0, 0x2100FFFF, 0x1D00FFFF, 0x20FFFFFF, dice.randrange(1 << 32)]
    )
    previous = dice.choice([BlockHash(below.hash), BlockHash(bytes(32)), BlockHash(dice.randbytes(32))])
    header = encode_header(dice.choice([1, 2, -1]), previous, dice.randbytes(32), 0, bits, 0)
    body = dice.choice([below.block[80:], b"\x01", b"", dice.randbytes(30), b"\xff" * 9])
    draft.blocks[number].append(Record(mined(header + body)))
    if dice.random() < 0.5:
        payload = dice.choice([below.undo or b"", b"\x00", dice.randbytes(9)])
        draft.undo[number].append(Record(payload, sha256d(previous.raw + payload)))


def _many_small(draft: Draft, dice: random.Random) -> None:
    """Hundreds of the least records that there can be."""
    for _ in range(dice.randrange(600)):
        draft.undo[-1].append(Record(dice.choice([b"", b"\x00", b"\xfd"]), bytes(CHECKSUM)))


CHANGES: tuple[Change, ...] = (
    _shuffle,
    _drop,
    _double,
    _lie_about_length,
    _cut_payload,
    _damage_block,
    _damage_undo,
    _add_branch,
    _forge_header,
    _many_small,
)

# -- changes of files


def _one(files: Files, dice: random.Random) -> str:
    return dice.choice(sorted(name for name in files if name.endswith(".dat")))


def _cut_file(files: Files, dice: random.Random) -> None:
    name = _one(files, dice)
    files[name] = files[name][: dice.randint(0, len(files[name]))]


def _turn_bits(files: Files, dice: random.Random) -> None:
    name = _one(files, dice)
    data = bytearray(files[name])
    for _ in range(dice.randint(1, 4) if data else 0):
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    files[name] = bytes(data)


def _overwrite(files: Files, dice: random.Random) -> None:
    name = _one(files, dice)
    size = dice.randint(1, 200)
    place = dice.randint(0, len(files[name]))
    other = dice.choice([bytes(size), b"\xff" * size, dice.randbytes(size)])
    files[name] = files[name][:place] + other + files[name][place + size :]


def _append(files: Files, dice: random.Random) -> None:
    size = dice.randint(1, 5000)
    files[_one(files, dice)] += dice.choice(
        [bytes(size), REGTEST_MAGIC + dice.randbytes(4), dice.randbytes(9)]
    )


def _begin_to_write(files: Files, dice: random.Random) -> None:
    """Zeros from some place on, and more of them behind: a node lays out space before it writes."""
    name = _one(files, dice)
    place = len(files[name]) - dice.randrange(min(len(files[name]), 400) + 1)
    files[name] = files[name][:place] + bytes(dice.randint(1, 900))


def _remove_file(files: Files, dice: random.Random) -> None:
    del files[_one(files, dice)]


def _change_key(files: Files, dice: random.Random) -> None:
    files["xor.dat"] = dice.choice([b"", bytes(7), dice.randbytes(8), dice.randbytes(9), bytes(1 << 16)])


def _swap_files(files: Files, dice: random.Random) -> None:
    first, second = _one(files, dice), _one(files, dice)
    files[first], files[second] = files[second], files[first]


def _add_odd_file(files: Files, dice: random.Random) -> None:
    name = dice.choice(
        [
            "blk99999.dat",
            "blk100000.dat",
            "blk2147483648.dat",
            "blk99999999999999999999.dat",
            "blk" + "9" * 200 + ".dat",
            "blk\u0661\u0661\u0661\u0661\u0661.dat",
            "blk000000.dat",
            "rev000000.dat",
            "rev" + "7" * 30 + ".dat",
        ]
    )
    files[name] = dice.choice([b"", files[_one(files, dice)], dice.randbytes(50)])


FILE_CHANGES: tuple[FileChange, ...] = (
    _cut_file,
    _turn_bits,
    _overwrite,
    _append,
    _begin_to_write,
    _remove_file,
    _change_key,
    _swap_files,
    _add_odd_file,
)
