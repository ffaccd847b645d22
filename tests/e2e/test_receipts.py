"""Receipts beside a bundle: what others gave for this bundle is taken, all else refused; nothing is sent."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cointrail.errors import BadInput
from cointrail.evidence import verify
from cointrail.evidence.receipts import OTS_START, attach_ots, attach_timestamp, sign_report, timestamp_query
from support import authorities
from support.bundles import copied, failing, rehash, signed_bundle
from support.demo_world import demo_folder
from support.forgeries import RECEIPTS

NEEDS_OPENSSL = pytest.mark.skipif(shutil.which("openssl") is None, reason="`openssl` is not installed")


@pytest.fixture(name="bundle")
def _bundle(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Iterator[Path]:
    """A copy to put receipts beside."""
    source = signed_bundle(tmp_path_factory, demo_folder(tmp_path_factory))
    with copied(source.folder, tmp_path / "bundle") as folder:
        yield folder


def _found(bundle: Path) -> tuple[str, str]:
    (answer,) = [one for one in verify.verify(verify.Bundle(bundle)) if one[0] == RECEIPTS]
    return answer[1], "; ".join(answer[2])


def _request(bundle: Path, folder: Path) -> Path:
    ((_, data),) = timestamp_query((bundle / verify.SIGNED).read_bytes()).items()
    (folder / "request.tsq").write_bytes(data)
    return folder / "request.tsq"


@NEEDS_OPENSSL
def test_a_timestamp_of_an_authority_that_is_trusted_is_taken(bundle: Path, tmp_path: Path) -> None:
    root = authorities.make_root()
    response = authorities.answer(_request(bundle, tmp_path), authorities.make_timestamper(root), tmp_path)
    (tmp_path / "roots.pem").write_bytes(root.pem())
    put = attach_timestamp(bundle, response, tmp_path / "roots.pem")
    assert put.says.endswith("by an authority of `roots.pem`")
    assert "tsr: it names this bundle" in _found(bundle)[1]
    assert failing(bundle) == []
    line = ["openssl", "ts", "-verify", "-data", verify.SIGNED, "-in", put.name, "-CAfile"]
    done = subprocess.run(
        [*line, str(tmp_path / "roots.pem")], cwd=bundle, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@NEEDS_OPENSSL
def test_a_timestamp_of_another_authority_or_bundle_is_refused(bundle: Path, tmp_path: Path) -> None:
    root = authorities.make_root()
    response = authorities.answer(_request(bundle, tmp_path), authorities.make_timestamper(root), tmp_path)
    (tmp_path / "roots.pem").write_bytes(authorities.make_root("Another root").pem())
    with pytest.raises(BadInput, match="not by an authority"):
        attach_timestamp(bundle, response, tmp_path / "roots.pem")
    (bundle / "data" / "README.txt").write_text("another bundle\n")
    rehash(bundle)
    with pytest.raises(BadInput, match="for something else"):
        attach_timestamp(bundle, response, None)
    assert not (bundle / f"{verify.SIGNED}.tsr").exists()
    with pytest.raises(BadInput, match="no answer of a timestamp authority"):
        attach_timestamp(bundle, bundle / "bagit.txt", None)


def test_a_request_holds_the_digest_of_the_bundle_and_nothing_of_the_case(
    bundle: Path, tmp_path: Path
) -> None:
    request = _request(bundle, tmp_path).read_bytes()
    assert hashlib.sha256((bundle / verify.SIGNED).read_bytes()).digest() in request
    assert len(request) < 100
    assert b"DEMO" not in request


def test_a_proof_of_opentimestamps_is_taken_if_it_is_for_this_bundle(bundle: Path, tmp_path: Path) -> None:
    proof = tmp_path / "proof.ots"
    digest = hashlib.sha256((bundle / verify.SIGNED).read_bytes()).digest()
    proof.write_bytes(OTS_START + digest + b"\xf0\x10")
    attach_ots(bundle, proof)
    assert "ots: it names this bundle" in _found(bundle)[1]
    proof.write_bytes(OTS_START + hashlib.sha256(b"").digest())
    with pytest.raises(BadInput, match="for something else"):
        attach_ots(bundle, proof)
    with pytest.raises(BadInput, match="no OpenTimestamps proof"):
        attach_ots(bundle, bundle / "bagit.txt")


def test_a_receipt_for_something_else_fails_its_question(bundle: Path) -> None:
    (bundle / f"{verify.SIGNED}.ots").write_bytes(OTS_START + bytes(32))
    assert failing(bundle) == [RECEIPTS]


def test_a_signed_report_is_the_report_with_a_signature_after_it(bundle: Path, tmp_path: Path) -> None:
    from pyhanko.keys import load_cert_from_pemder  # noqa: PLC0415
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415  slow to load
    from pyhanko.sign.validation import validate_pdf_signature  # noqa: PLC0415
    from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415

    root = authorities.make_root()
    (tmp_path / "key.p12").write_bytes(authorities.make_signer(root).pkcs12("secret"))
    with pytest.raises(BadInput, match="cannot sign"):
        sign_report(bundle, tmp_path / "key.p12", lambda: "wrong")
    put = sign_report(bundle, tmp_path / "key.p12", lambda: "secret")
    assert failing(bundle) == []
    assert verify.SIGNED_REPORT in _found(bundle)[1]
    with (bundle / put.name).open("rb") as file:
        (signature,) = PdfFileReader(file).embedded_signatures
        (tmp_path / "root.pem").write_bytes(root.pem())
        root_certificate = load_cert_from_pemder(str(tmp_path / "root.pem"))  # type: ignore[no-untyped-call]
        trusted = ValidationContext(trust_roots=[root_certificate], allow_fetching=False)
        status = validate_pdf_signature(signature, trusted)
    assert status.intact
    assert status.valid
    assert status.trusted
    (bundle / put.name).write_bytes(b"%PDF-1.7 another\n" + (bundle / put.name).read_bytes())
    assert failing(bundle) == [RECEIPTS]
