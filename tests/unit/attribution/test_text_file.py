from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from cointrail.attribution.text_file import MAX_FILE_BYTES, leading_facts, read_text
from cointrail.errors import BadPrice, BadTag


def test_text_is_read_without_its_byte_order_mark_and_hashed_with_it(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbfaddress\n"
    (path := tmp_path / "a.csv").write_bytes(data)
    file = read_text(path, BadTag)
    assert file.text == "address\n"
    assert file.sha256 == hashlib.sha256(data).hexdigest()


def test_bytes_that_are_not_utf8_are_refused_with_their_line(tmp_path: Path) -> None:
    (path := tmp_path / "a.txt").write_bytes(b"one\ntwo\n\xff\n")
    with pytest.raises(BadTag, match="line 3: not UTF-8") as caught:
        read_text(path, BadTag)
    assert caught.value.facts["line"] == 3


def test_a_zero_byte_is_refused_with_its_line(tmp_path: Path) -> None:
    (path := tmp_path / "a.txt").write_bytes(b"one\ntw\0o\n")
    with pytest.raises(BadPrice, match="line 2: a zero byte"):
        read_text(path, BadPrice)


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(BadTag, match="larger than 64 MiB"):
        read_text(path, BadTag)


@pytest.mark.parametrize("name", [".", "absent.yaml"])
def test_what_is_not_a_readable_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadTag, match=r"not a file|cannot be read: No such file"):
        read_text(tmp_path / name, BadTag)


def test_a_device_is_not_read() -> None:
    with pytest.raises(BadTag, match="not a file"):
        read_text(Path("/dev/zero"), BadTag)


def test_leading_comments_say_facts_and_later_ones_do_not() -> None:
    text = "# Source: a: b\n#\n# free words\n#label:x\n\n# empty:\nrow\n# source: late\n"
    assert leading_facts(text) == {"source": "a: b", "label": "x"}
