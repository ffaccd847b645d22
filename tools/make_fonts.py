"""Make the fonts that reports are set in, from the Noto fonts as Debian packs them.

    tools/make_fonts.py NOTO_DIR [NOTO_DIR ...]

NOTO_DIR: folders that hold the files of `fonts-noto-core`, `fonts-noto-mono` and `fonts-noto-cjk`.
Needs fontTools, which `matplotlib` brings. The same fonts give the same bytes.

The whole of Noto is far too large for a package. Kept are Latin, Greek and Cyrillic, the scripts named
below, and of Chinese, Japanese and Korean what national standards before Unicode list. `coverage.txt`
says which characters that makes: a report spells out any other.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from kept_files import ROOT

FONTS = ROOT / "src" / "cointrail" / "report" / "fonts"

EUROPE = [*range(0x20, 0x7F), *range(0xA0, 0x530), *range(0x1E00, 0x2000), *range(0x2010, 0x2028)]
EUROPE += [*range(0x2030, 0x205F), *range(0x2070, 0x20D0), *range(0x2100, 0x2150), *range(0x2190, 0x2194)]
WHOLE = [*range(0x20, 0x110000)]

ALPHABETS = ("Arabic", "Armenian", "Bengali", "Devanagari", "Georgian", "Hebrew", "Tamil", "Thai")
EAST_ASIA = ("euc_kr", "gb2312", "big5", "shift_jis")
HANGUL = range(0xAC00, 0xD7A4)
KOREAN_FACE = 1
"""Of the faces in the collection: Han characters in their Korean form."""

DROPPED_FEATURES = {"aalt", "vert", "vrt2", "vkna", "hkna", "ruby", "locl", "hist", "jp78", "jp83", "jp90"}


def main() -> None:
    """Write the fonts, their digests and the characters that they have."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    found = {path.name: path for folder in parser.parse_args().folders for path in folder.rglob("Noto*")}
    FONTS.mkdir(parents=True, exist_ok=True)
    written = list(_write_all(found))
    digests = (f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in written)
    (FONTS / "SHA256SUMS").write_text("".join(digests), encoding="ascii")
    covered = set(chain.from_iterable(TTFont(path).getBestCmap() for path in written))
    (FONTS / "coverage.txt").write_text("".join(_ranges(sorted(covered))), encoding="ascii")


def _write_all(found: dict[str, Path]) -> Iterator[Path]:
    for name in ("NotoSans-Regular", "NotoSans-Bold", "NotoSansMono-Regular"):
        yield _subset(found[f"{name}.ttf"], EUROPE, f"{name}.ttf")
    for script in ALPHABETS:
        name = f"NotoSans{script}-Regular.ttf"
        yield _subset(found[name], WHOLE, name)
    east = set(HANGUL) | set(chain.from_iterable(_characters(codec) for codec in EAST_ASIA))
    east |= {*range(0x3000, 0x3100), *range(0x31F0, 0x3200), *range(0xFF01, 0xFFEF)}
    yield _subset(found["NotoSansCJK-Regular.ttc"], sorted(east), "NotoSansCJKkr-Regular.otf", KOREAN_FACE)


def _characters(codec: str) -> Iterator[int]:
    """The characters above ASCII that a standard has."""
    for code in range(0x80, 0x10000):
        try:
            chr(code).encode(codec)
        except UnicodeEncodeError:
            continue
        yield code


def _subset(source: Path, characters: Iterable[int], name: str, face: int = -1) -> Path:
    options = Options()
    options.layout_features = ["*"]
    options.hinting = False
    options.name_IDs = [*range(15)]
    options.notdef_outline = True
    options.recalc_timestamp = False
    font = TTFont(source, fontNumber=face, recalcTimestamp=False)
    options.layout_features = [tag for tag in _features(font) if tag not in DROPPED_FEATURES]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    font.save(FONTS / name, reorderTables=True)
    return FONTS / name


def _features(font: TTFont) -> list[str]:
    tables = [font[tag].table for tag in ("GSUB", "GPOS") if tag in font]
    return sorted({one.FeatureTag for table in tables for one in table.FeatureList.FeatureRecord})


def _ranges(codes: list[int]) -> Iterator[str]:
    """Runs of code points, first and last in hex, a run a line."""
    start = before = codes[0]
    for code in [*codes[1:], -1]:
        if code != before + 1:
            yield f"{start:04X} {before:04X}\n"
            start = code
        before = code


if __name__ == "__main__":
    main()
