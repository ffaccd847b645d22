import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.chain.marks import input_marks
from cointrail.chain.view import InputMarks
from cointrail.simulate.keys import Keys, RealKeys, StandInKeys

coincurve = pytest.importorskip("coincurve")
MAKERS = [RealKeys, StandInKeys]
digests = st.binary(min_size=32, max_size=32)


@pytest.mark.parametrize("maker", MAKERS)
def test_a_name_is_always_the_same_key(maker: type[RealKeys | StandInKeys]) -> None:
    assert maker("7").make("a/1") == maker("7").make("a/1")
    assert len({maker(seed).make(name).public for seed in "78" for name in ("a", "b")}) == 4


@pytest.mark.parametrize("maker", MAKERS)
def test_public_keys_have_their_form(maker: type[RealKeys | StandInKeys]) -> None:
    keys: Keys = maker("7")
    assert len(keys.make("a").public) == 33
    assert keys.make("a").public[0] in {2, 3}
    assert len(keys.make("a", compressed=False).public) == 65
    assert keys.make("a", compressed=False).public[0] == 4


@given(digest=digests, low_r=st.booleans())
def test_real_signatures_verify(digest: bytes, low_r: bool) -> None:  # noqa: FBT001
    keys = RealKeys("7")
    key = keys.make("a")
    signature = keys.sign(key.secret, digest, low_r=low_r)
    assert coincurve.PublicKey(key.public).verify(signature, digest, hasher=None)


@pytest.mark.parametrize("maker", MAKERS)
def test_low_r_is_a_choice_that_shows(maker: type[RealKeys | StandInKeys]) -> None:
    keys: Keys = maker("7")
    secret = keys.make("a").secret
    hashes = [hashlib.sha256(bytes([n])).digest() for n in range(40)]
    assert {keys.sign(secret, h, low_r=True)[3] for h in hashes} <= {31, 32}
    assert 33 in {keys.sign(secret, h, low_r=False)[3] for h in hashes}


@given(digest=digests, low_r=st.booleans())
def test_stand_in_signatures_look_like_signatures(digest: bytes, low_r: bool) -> None:  # noqa: FBT001
    keys = StandInKeys("7")
    signature = keys.sign(keys.make("a").secret, digest, low_r=low_r) + b"\x01"
    marks = input_marks(bytes([len(signature)]) + signature, ())
    assert InputMarks.SIGNED in marks
    assert InputMarks.SIGHASH_ALL in marks
