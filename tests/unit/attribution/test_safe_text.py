from __future__ import annotations

import pytest

from cointrail.attribution.safe_text import safe_text


@pytest.mark.parametrize("plain", ["Binance.com", "Кошелёк 钱包 محفظة", "a b", "naïve €"])
def test_plain_text_of_any_script_is_shown_as_it_is(plain: str) -> None:
    assert safe_text(plain) == plain


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("ex\u202echange", "ex<U+202E>change"),
        ("bin\u200bance", "bin<U+200B>ance"),
        ("\x1b[31mred", "<U+001B>[31mred"),
        ("a\r\nb\tc", "a<U+000D><U+000A>b<U+0009>c"),
        ("a\u2028b\ufeff", "a<U+2028>b<U+FEFF>"),
        ("tag\U000e0041", "tag<U+E0041>"),
        ("half\ud800", "half<U+D800>"),
    ],
)
def test_what_hides_or_reorders_text_is_spelt_out(hostile: str, shown: str) -> None:
    assert safe_text(hostile) == shown
