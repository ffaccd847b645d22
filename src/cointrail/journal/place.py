"""Where the case database is: a file, or the URL of a database that a team shares."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cointrail.errors import BadInput

NAME = "cases.db"
_SECRET = re.compile(r"(?<=password)=[^&]*")
_POSTGRES = ("postgresql://", "postgresql+psycopg://", "postgres://")


@dataclass(frozen=True, slots=True)
class FilePlace:
    """A file of SQLite's."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class ServerPlace:
    """A PostgreSQL database, by its URL for SQLAlchemy. It may hold a password and is never shown."""

    url: str

    def __str__(self) -> str:
        before, at, host = self.url.partition("://")[2].rpartition("@")
        return f"postgresql://{before.partition(':')[0]}{at}{_SECRET.sub('=***', host)}"


Place = FilePlace | ServerPlace


def default_file(environment: Mapping[str, str], platform: str = sys.platform) -> Path:
    """Where cases are kept unless told otherwise: the user's own data folder.

    Source: XDG Base Directory Specification 0.8; Apple and Microsoft by their own conventions.
    """
    home = Path(environment.get("HOME") or environment.get("USERPROFILE") or Path.home())
    if platform == "win32":
        data = Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif platform == "darwin":
        data = home / "Library" / "Application Support"
    else:
        given = environment.get("XDG_DATA_HOME", "")
        data = Path(given) if Path(given).is_absolute() else home / ".local" / "share"
    return data / "cointrail" / NAME


def parse_place(text: str | None) -> Place:
    """A database as a person names it: a path, or `postgresql://...`; None: the default file.

    Raises:
        BadInput: a URL of another kind.
    """
    if text is None:
        return FilePlace(default_file(os.environ))
    for start in _POSTGRES:
        if text.startswith(start):
            return ServerPlace("postgresql+psycopg://" + text.removeprefix(start))
    if text.startswith("sqlite:///"):
        text = text.removeprefix("sqlite:///")
    scheme = text.partition("://")[0] if "://" in text else None
    if scheme is not None or not text.strip():
        raise BadInput(
            f"`{scheme}://` is no kind of case database" if scheme else "no case database is named",
            hint="give the path of a file, or `postgresql://USER@HOST/DATABASE`",
        )
    return FilePlace(Path(text))
