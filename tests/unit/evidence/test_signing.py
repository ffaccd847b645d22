from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.evidence.bag import TAG_MANIFEST
from cointrail.evidence.signing import Signer, make_keys, signed_line

FOREIGN = {
    "2026/0417 서울": r"2026/0417 \uc11c\uc6b8",
    "قضية 7": r"\u0642\u0636\u064a\u0629 7",
    "case 🧾": r"case \U0001f9fe",
    "a\tb\r\nc\x00\x7f\x9b\u202e": r"a\tb\r\nc\x00\x7f\x9b\u202e",
    r"C:\uc11c": r"C:\\uc11c",
    "DEMO-1": "DEMO-1",
}


@pytest.mark.parametrize("reference", FOREIGN)
def test_a_reference_in_any_script_is_signed_as_minisign_takes_it(reference: str, tmp_path: Path) -> None:
    secret, public, signed = (tmp_path / name for name in ("s.key", "s.pub", TAG_MANIFEST))
    make_keys(secret, public)
    signed.write_bytes(b"manifest\n")
    line = signed_line(reference, "ab12")
    assert line == f"case {FOREIGN[reference]}; basis ab12"
    for name, content in Signer(secret, str).sign(signed.read_bytes(), line).items():
        signed.with_name(name).write_bytes(content)
    if shutil.which("minisign"):
        words = ["minisign", "-V", "-p", str(public), "-m", str(signed)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert (done.returncode, f"Trusted comment: {line}\n" in done.stdout) == (0, True), done.stderr


@given(st.text(max_size=250))
def test_the_signed_line_is_printable_and_leads_back_to_the_reference(reference: str) -> None:
    line = signed_line(reference, "ab12")
    assert all(" " <= one <= "~" for one in line)
    named = line.removeprefix("case ").removesuffix("; basis ab12")
    whole = len(reference) <= 200
    cut = named if whole else named.removesuffix("...")
    assert cut.encode().decode("unicode_escape") == reference[:200]
    assert whole or named.endswith("...")
