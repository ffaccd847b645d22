"""What is asked of a bundle beside the case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cointrail.evidence.bundle import Reader, Seal
from cointrail.evidence.disclosure import read_salt
from cointrail.evidence.receipts import timestamp_query
from cointrail.evidence.signing import AskPassword, Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleAsk:
    """How a bundle is to be packed.

    Attributes:
        key_file: a secret key of minisign's to sign with; None leaves the bundle unsigned.
        ask_password: called when the key has a password.
        reader: an exchange that gets no more than it needs, or `defence`; None lists no reader.
        salt_file: the case's secret number, made where there is none; to withhold something needs it.
        journal: journal and exhibits of a kept case; see `journal_files`.
        ask_time: put a request for a timestamp beside the bundle.
        case_out: also write the tables of the case there, as `run_case` does, before anything is packed.
        on_tables: called when they are written.
    """

    key_file: Path | None = None
    ask_password: AskPassword = field(default=str)
    reader: str | None = None
    salt_file: Path | None = None
    journal: Mapping[str, bytes] = field(default_factory=dict)
    ask_time: bool = False
    case_out: Path | None = None
    on_tables: Callable[[], object] = field(default=lambda: None)

    def reading(self) -> Reader | None:
        """Who the bundle is for."""
        if self.reader is None:
            return None
        return Reader(self.reader, None if self.salt_file is None else read_salt(self.salt_file))

    def sealing(self) -> Seal | None:
        """What is put beside the bundle to cover it."""
        if self.key_file is None and not self.ask_time:
            return None
        signer = Signer(self.key_file, self.ask_password) if self.key_file else None

        def seal(manifest: bytes, comment: str) -> Mapping[str, bytes]:
            signed = signer.sign(manifest, comment) if signer else {}
            return {**signed, **(timestamp_query(manifest) if self.ask_time else {})}

        return seal
