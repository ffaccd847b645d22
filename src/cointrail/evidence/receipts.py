"""Receipts of others on when a bundle was there, and a signed copy of its report. Nothing goes out from here.

A receipt covers the SHA-256 of `tagmanifest-sha256.txt`, and lies beside it. Whoever gives it learns that
digest and nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

from cointrail.errors import BadInput
from cointrail.evidence.bag import TAG_MANIFEST, sync_write
from cointrail.evidence.verify import SIGNED_REPORT

OTS_START = bytes.fromhex("004f70656e54696d657374616d7073000050726f6f6600bf89e2e884e89294") + b"\x01\x08"
"""Of an OpenTimestamps proof of a SHA-256. Source: opentimestamps, core/timestamp.py, HEADER_MAGIC."""

_HINT = "install the extra `stamp`: `pip install 'cointrail[stamp]'`"


@dataclass(frozen=True, slots=True)
class Attached:
    """A receipt that was put beside a bundle's files.

    Attributes:
        name: of the file.
        says: what is known of it.
    """

    name: str
    says: str


def timestamp_query(manifest: bytes) -> dict[str, bytes]:
    """A request for a timestamp (RFC 3161), by its name beside the tag manifest.

    Raises:
        BadInput: the extra `stamp` is not installed.
    """
    library = _library("rfc3161_client", "rfc3161-client")
    builder = library.TimestampRequestBuilder().data(manifest)
    query = builder.hash_algorithm(library.HashAlgorithm.SHA256).cert_request(cert_request=True).build()
    return {f"{TAG_MANIFEST}.tsq": bytes(query.as_bytes())}


def attach_timestamp(bundle: Path, response: Path, roots: Path | None) -> Attached:
    """Put the answer of a timestamp authority beside a bundle.

    Args:
        bundle: the bag.
        response: what it answered, DER.
        roots: certificates of authorities that you trust, PEM; None: only that it is for this bundle is seen.

    Raises:
        BadInput: it is no such answer, is for something else, or is not by one of them.
    """
    manifest, data = _manifest(bundle), _read(response)
    library = _library("rfc3161_client", "rfc3161-client")
    try:
        answer = library.decode_timestamp_response(data)
        when: datetime = answer.tst_info.gen_time
        imprint = bytes(answer.tst_info.message_imprint.message)
    except ValueError as error:
        raise BadInput(f"`{response}` is no answer of a timestamp authority: {error}") from error
    _require_ours(imprint == hashlib.sha256(manifest).digest(), response)
    by = "nobody's certificate was given to check it with"
    if roots is not None:
        _check_timestamp(library, answer, manifest, roots)
        by = f"by an authority of `{roots.name}`"
    sync_write(bundle / f"{TAG_MANIFEST}.tsr", data)
    return Attached(f"{TAG_MANIFEST}.tsr", f"it was there at {when:%Y-%m-%dT%H:%M:%SZ}; {by}")


def _check_timestamp(library: Any, answer: Any, manifest: bytes, roots: Path) -> None:
    from cryptography import x509  # noqa: PLC0415  an extra, wanted only here

    try:
        builder = library.VerifierBuilder()
        for certificate in x509.load_pem_x509_certificates(_read(roots)):
            builder = builder.add_root_certificate(certificate)
        builder.build().verify_message(answer, manifest)
    except (ValueError, library.VerificationError) as error:
        raise BadInput(f"the timestamp is not by an authority of `{roots}`: {error}") from error


def attach_ots(bundle: Path, proof: Path) -> Attached:
    """Put an OpenTimestamps proof beside a bundle.

    Raises:
        BadInput: it is no such proof, or is for something else.
    """
    manifest, data = _manifest(bundle), _read(proof)
    if not data.startswith(OTS_START):
        raise BadInput(f"`{proof}` is no OpenTimestamps proof of a SHA-256")
    digest = data[len(OTS_START) : len(OTS_START) + 32]
    _require_ours(digest == hashlib.sha256(manifest).digest(), proof)
    sync_write(bundle / f"{TAG_MANIFEST}.ots", data)
    return Attached(f"{TAG_MANIFEST}.ots", "it is for this bundle; `ots verify` says since when it was there")


def sign_report(bundle: Path, key: Path, ask_password: Callable[[], str]) -> Attached:
    """Put a copy of the report beside a bundle, signed in the manner of PAdES with a key of one's own.

    Args:
        bundle: the bag, with a report.
        key: private key and certificate, PKCS #12.
        ask_password: called for its password.

    Raises:
        BadInput: there is no report, or the key cannot sign.
    """
    _library("pyhanko", "pyHanko")
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415
    from pyhanko.sign import fields, signers  # noqa: PLC0415

    report = bundle / "data" / "report" / "report.pdf"
    if not report.is_file():
        raise BadInput(f"`{bundle}` has no report to sign", hint="a bundle for one exchange has none")
    password = ask_password().encode() or None
    signer = signers.SimpleSigner.load_pkcs12(str(key), passphrase=password)  # type: ignore[no-untyped-call]
    if signer is None:
        raise BadInput(f"`{key}` cannot sign", hint="name a PKCS #12 file, and give its own password")
    meta = signers.PdfSignatureMetadata(
        field_name="Signature", subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256"
    )
    out = BytesIO()
    signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(report.read_bytes())), meta, signer=signer, output=out)
    sync_write(bundle / SIGNED_REPORT, out.getvalue())
    return Attached(SIGNED_REPORT, "the report of this bundle with a signature after it")


def _manifest(bundle: Path) -> bytes:
    path = bundle / TAG_MANIFEST
    if not path.is_file():
        raise BadInput(
            f"`{bundle}` holds no {TAG_MANIFEST}: it is no bundle", hint="name the bundle's folder"
        )
    return path.read_bytes()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"`{path}` cannot be read: {error.strerror or error}", path=str(path)) from error


def _require_ours(ours: object, path: Path) -> None:
    if not ours:
        raise BadInput(f"`{path}` is for something else than this bundle", path=str(path))


def _library(module: str, package: str) -> Any:
    try:
        return import_module(module)
    except ModuleNotFoundError as missing:
        raise BadInput(f"this needs the package `{package}`, which is not installed", hint=_HINT) from missing
