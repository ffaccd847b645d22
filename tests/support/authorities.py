"""A certificate authority, a timestamp authority under it and a signer of documents, for tests alone."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_PEM = serialization.Encoding.PEM
_OPEN = serialization.NoEncryption()
_BEGAN = datetime.now(UTC) - timedelta(days=1)

_CONFIG = """\
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
default_policy = 1.2.3.4
digests = sha256
signer_digest = sha256
ess_cert_id_alg = sha256
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    def pem(self) -> bytes:
        """The certificate."""
        return self.certificate.public_bytes(_PEM)

    def pkcs12(self, password: str) -> bytes:
        """Both in one file."""
        locked = serialization.BestAvailableEncryption(password.encode())
        return pkcs12.serialize_key_and_certificates(b"signer", self.key, self.certificate, None, locked)


def make_root(name: str = "Root of a test") -> Pair:
    """A certificate authority of its own."""
    return _pair(name, None, x509.BasicConstraints(ca=True, path_length=None))


def make_timestamper(root: Pair) -> Pair:
    """Somebody whom it lets state times."""
    use = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    return _pair("Timestamps of a test", root, x509.BasicConstraints(ca=False, path_length=None), use)


def make_signer(root: Pair) -> Pair:
    """Somebody whom it lets sign."""
    return _pair("Signer of a test", root, x509.BasicConstraints(ca=False, path_length=None))


def answer(query: Path, authority: Pair, folder: Path) -> Path:
    """What `openssl ts` answers to a request for a timestamp."""
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder))
    (folder / "tsa.pem").write_bytes(authority.pem())
    key = authority.key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, _OPEN)
    (folder / "tsa.key").write_bytes(key)
    files = {"-queryfile": query, "-signer": "tsa.pem", "-inkey": "tsa.key", "-config": "tsa.cnf"}
    words = [str(word) for pair in files.items() for word in pair]
    line = ["openssl", "ts", "-reply", "-section", "one", *words, "-out", "answer.tsr"]
    subprocess.run(line, cwd=folder, check=True, capture_output=True)
    return folder / "answer.tsr"


def _pair(
    name: str, root: Pair | None, basic: x509.BasicConstraints, use: x509.ExtendedKeyUsage | None = None
) -> Pair:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer = subject if root is None else root.certificate.subject
    usage = x509.KeyUsage(
        digital_signature=not basic.ca,
        content_commitment=not basic.ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=basic.ca,
        crl_sign=basic.ca,
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_BEGAN)
        .not_valid_after(_BEGAN + timedelta(days=30))
        .add_extension(basic, critical=True)
        .add_extension(usage, critical=True)
    )
    if use is not None:
        builder = builder.add_extension(use, critical=True)
    return Pair(builder.sign(key if root is None else root.key, hashes.SHA256()), key)
