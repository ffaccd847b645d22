"""Where each value of a TOML document stands, so that an error can name the line.

The standard library's parser keeps no positions. This one keeps nothing else: it runs after that
parser has accepted the text, so it needs to find the pieces, not to check them.
"""

from __future__ import annotations

import re

Path = tuple[str | int, ...]
"""Keys and array places from the top: `("seeds", "addresses", 3)`."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'',
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]+")


def find_lines(text: str) -> dict[Path, int]:
    """Lines, from 1, of every table header, key and array element of a valid TOML document."""
    return _Finder(text).find()


class _Finder:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self._counted = (0, 1)

    def find(self) -> dict[Path, int]:
        table: Path = ()
        tables: dict[Path, int] = {}
        self._skip()
        while self.at < len(self.text):
            if self.text.startswith("[[", self.at):
                name = self._header(2)
                tables[name] = tables.get(name, -1) + 1
                table = (*name, tables[name])
                self.lines.setdefault(table, self.lines[name])
            elif self.text[self.at] == "[":
                table = self._header(1)
            else:
                self._pair(table)
            self._skip()
        return self.lines

    def _line(self) -> int:
        """The line of the current place; places only grow, so each newline is counted once."""
        seen, line = self._counted
        line += self.text.count("\n", seen, self.at)
        self._counted = (self.at, line)
        return line

    def _skip(self) -> None:
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def _header(self, brackets: int) -> Path:
        line = self._line()
        self.at += brackets
        name = self._key()
        self.at += brackets
        self.lines[name] = line
        return name

    def _key(self) -> Path:
        parts: list[str | int] = []
        while True:
            self._skip()
            if found := _BARE.match(self.text, self.at):
                parts.append(found[0])
            elif found := _STRING.match(self.text, self.at):
                parts.append(found[0][1:-1])
            else:
                return tuple(parts)
            self.at = found.end()
            self._skip()
            if not self.text.startswith(".", self.at):
                return tuple(parts)
            self.at += 1

    def _pair(self, table: Path) -> None:
        line = self._line()
        path = (*table, *self._key())
        self.lines[path] = line
        self.at += 1  # the equals sign
        self._value(path)

    def _value(self, path: Path) -> None:
        self._skip()
        if self.text.startswith("[", self.at):
            self._array(path)
        elif self.text.startswith("{", self.at):
            self._inline_table(path)
        else:
            found = _STRING.match(self.text, self.at) or _SCALAR.match(self.text, self.at)
            self.at = found.end() if found else len(self.text)

    def _array(self, path: Path) -> None:
        self.at += 1
        place = 0
        self._skip()
        while self.at < len(self.text) and self.text[self.at] != "]":
            self.lines[(*path, place)] = self._line()
            self._value((*path, place))
            place += 1
            self._separator()
        self.at += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        self._skip()
        while self.at < len(self.text) and self.text[self.at] != "}":
            self._pair(path)
            self._separator()
        self.at += 1

    def _separator(self) -> None:
        self._skip()
        if self.text.startswith(",", self.at):
            self.at += 1
            self._skip()
