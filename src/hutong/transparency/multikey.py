"""
Keys and signatures as text in credentials: multibase base58btc, Multikey (W3C Controlled
Identifiers).

Pure. `z` marks base58btc; 0xed01 marks an Ed25519 public key.
"""

from typing import Final

ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUE: Final = {character: value for value, character in enumerate(ALPHABET)}
_ED25519_PUBLIC: Final = b"\xed\x01"
MAX_CHARACTERS: Final = 1_000  # base58 is quadratic; keys and signatures are shorter than this


class MultibaseInvalid(ValueError):
    """The text is not base58btc multibase, or not the key it should be."""


def encode(data: bytes) -> str:
    """Write bytes as base58btc multibase."""
    zeros = len(data) - len(data.lstrip(b"\0"))
    number, digits = int.from_bytes(data), []
    while number:
        number, rest = divmod(number, 58)
        digits.append(ALPHABET[rest])
    return "z" + ALPHABET[0] * zeros + "".join(reversed(digits))


def decode(text: str) -> bytes:
    """Read base58btc multibase. Raises MultibaseInvalid."""
    if not text.startswith("z") or len(text) > MAX_CHARACTERS:
        raise MultibaseInvalid("not base58btc multibase")
    body, number = text[1:], 0
    for character in body:
        if character not in _VALUE:
            raise MultibaseInvalid(f"{character!r} is not a base58 character")
        number = number * 58 + _VALUE[character]
    zeros = len(body) - len(body.lstrip(ALPHABET[0]))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)


def ed25519(public: bytes) -> str:
    """Write an Ed25519 public key as a Multikey."""
    return encode(_ED25519_PUBLIC + public)


def read_ed25519(text: str) -> bytes:
    """Read an Ed25519 public key from a Multikey. Raises MultibaseInvalid."""
    data = decode(text)
    if not data.startswith(_ED25519_PUBLIC) or len(data) != 34:
        raise MultibaseInvalid("not an Ed25519 key")
    return data[2:]
