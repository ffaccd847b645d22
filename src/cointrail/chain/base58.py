"""Base58 and Base58Check, both ways. Source: Bitcoin Core, src/base58.cpp."""

from __future__ import annotations

from cointrail.chain.types import sha256d
from cointrail.errors import BadAddress

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
CHECKSUM_SIZE = 4

_DIGITS = {character: value for value, character in enumerate(ALPHABET)}


def encode_base58(data: bytes) -> str:
    """The bytes as one number in base 58; each leading zero byte becomes a `1`."""
    number = int.from_bytes(data, "big")
    digits = []
    while number:
        number, digit = divmod(number, 58)
        digits.append(ALPHABET[digit])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + "".join(reversed(digits))


def decode_base58(text: str) -> bytes:
    """The bytes that `text` stands for. Its time grows with the square of the length.

    Raises:
        BadAddress: a character that is not in the alphabet (`fault="alphabet"`).
    """
    number = 0
    for place, character in enumerate(text):
        digit = _DIGITS.get(character)
        if digit is None:
            raise BadAddress(
                f"`{text}` is not an address: character {place + 1}, `{character}`, is not in base58",
                hint="0, O, I and l are never used; copy the address again",
                fault="alphabet",
                value=text,
            )
        number = number * 58 + digit
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def encode_base58check(payload: bytes) -> str:
    """Base58 of the payload and the first four bytes of its double SHA-256."""
    return encode_base58(payload + sha256d(payload)[:CHECKSUM_SIZE])


def decode_base58check(text: str) -> bytes:
    """The payload that `text` stands for, its checksum verified and removed.

    Raises:
        BadAddress: wrong alphabet, too short for a checksum (`fault="length"`), or a wrong
            checksum (`fault="checksum"`).
    """
    data = decode_base58(text)
    if len(data) < CHECKSUM_SIZE:
        raise BadAddress(
            f"`{text}` is not an address: {len(data)} bytes are too few to hold a checksum",
            hint="copy the whole address",
            fault="length",
            value=text,
        )
    payload, checksum = data[:-CHECKSUM_SIZE], data[-CHECKSUM_SIZE:]
    if sha256d(payload)[:CHECKSUM_SIZE] != checksum:
        raise BadAddress(
            f"`{text}` is not an address: its checksum is wrong, so at least one character is wrong too",
            hint="copy the address again",
            fault="checksum",
            value=text,
        )
    return payload
