"""Sign a bundle: Ed25519 in minisign's form, so that Debian's `minisign` can check it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from cointrail.errors import BadInput
from cointrail.evidence.bag import TAG_MANIFEST, sync_write

AskPassword = Callable[[], str]

LONGEST_REFERENCE = 200
"""Characters of a reference in what is signed; the digest of the basis covers it whole."""


def signed_line(reference: str, basis: str) -> str:
    r"""The line that is signed with a bundle, in printable ASCII, as minisign takes no other.

    What ASCII lacks, and the backslash, stand as Python writes them (`\uc11c`): two references never look
    alike.
    """
    cut = reference[:LONGEST_REFERENCE]
    named = cut.encode("unicode_escape").decode("ascii")
    return f"case {named}{'' if cut == reference else '...'}; basis {basis}"


class Signer:
    """A secret key that was read and can be used.

    Args:
        key_file: as `minisign -G` writes it, with or without a password.
        ask_password: called when the key has one.

    Raises:
        BadInput: the extra `sign` is not installed, the file is no key, or the password is wrong.
    """

    def __init__(self, key_file: Path, ask_password: AskPassword) -> None:
        minisign = _library()
        try:
            self._key: Any = minisign.SecretKey.from_file(key_file)
            if self._key.is_encrypted():
                self._key.decrypt(ask_password())
        except OSError as error:
            raise BadInput(
                f"`{key_file}` cannot be read: {error.strerror or error}", hint="name the secret key"
            ) from error
        except minisign.Error as error:
            raise BadInput(
                f"`{key_file}` cannot sign: {error}",
                hint="name a secret key that `minisign -G` made, and give its own password",
            ) from error

    def sign(self, manifest: bytes, comment: str) -> dict[str, bytes]:
        """Sign the file that covers all others.

        Args:
            manifest: the tag manifest of a bag.
            comment: one line that is signed with it.

        Returns:
            The signature by its name beside the manifest.
        """
        signature = self._key.sign(manifest, prehash=True, trusted_comment=comment)
        return {f"{TAG_MANIFEST}.minisig": bytes(signature).rstrip(b"\n") + b"\n"}


def make_keys(secret: Path, public: Path) -> None:
    """Write a fresh pair of keys, the secret one without a password.

    Raises:
        BadInput: the extra `sign` is not installed, or they cannot be written.
    """
    pair = _library().KeyPair.generate()
    sync_write(secret, bytes(pair.secret_key) + b"\n")
    secret.chmod(0o600)
    sync_write(public, bytes(pair.public_key) + b"\n")


def _library() -> Any:
    try:
        import minisign  # noqa: PLC0415  an extra, wanted only here
    except ModuleNotFoundError as missing:
        raise BadInput(
            "signing needs the package `py-minisign`, which is not installed",
            hint="install the extra `sign`: `pip install 'cointrail[sign]'`; "
            "or sign tagmanifest-sha256.txt with `minisign -S`",
            package="py-minisign",
        ) from missing
    return minisign
