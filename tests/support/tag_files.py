"""Small tag files and tags: addresses by number, packs as dedented text."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from cointrail.attribution.load import load_tags
from cointrail.attribution.tags import Tag, TagSet
from cointrail.chain.address import encode_address
from cointrail.chain.network import get_network
from cointrail.chain.script import p2pkh

MAINNET = get_network("mainnet")
TXID = "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"
HEADER = "title: t\ncreator: c\ncurrency: BTC\nconfidence: forensic\nsource: s\n"


def script_of(number: int) -> bytes:
    """The locking script of address `number`."""
    return p2pkh(number.to_bytes(20, "big"))


def address_of(number: int, network: str = "mainnet") -> str:
    """An address for every number."""
    address = encode_address(script_of(number), get_network(network))
    assert address is not None
    return address


def write(folder: Path, name: str, text: str) -> Path:
    """A file of that text, dedented."""
    path = folder / name
    path.write_text(dedent(text), encoding="utf-8")
    return path


def load(*paths: Path) -> TagSet:
    """The mainnet tag set of the files."""
    return load_tags(paths, MAINNET)


def pack(folder: Path, rows: str, *, header: str = HEADER, name: str = "a.yaml") -> Path:
    """A TagPack of these rows under the usual header."""
    return write(folder, name, header + "tags:\n" + dedent(rows))


def one_tag(folder: Path, rows: str, *, header: str = HEADER) -> Tag:
    """The one tag that the rows of a pack give."""
    found = load(pack(folder, rows, header=header))
    (tag,) = found.tags
    return tag
