"""
Signed notes and checkpoints: how the log says "this is me, at this size", and how a witness says
"I saw it, and it only grew" (C2SP signed-note, tlog-checkpoint, tlog-cosignature).

    shte-demo.example/log          origin
    1152                           size
    qLJ…=                          root, base64
                                   (empty line)
    — shte-demo.example/log x08g…  signature line: name, base64(key id ‖ signature)

Pure: text and bytes in, text and bytes out. Signing is done by whatever `Signer` is passed in.
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hutong.kit.refusal import N_
from hutong.transparency.merkle import HASH_BYTES, MAX_SIZE, Hash

ED25519: Final = 0x01
COSIGNATURE: Final = 0x04  # Ed25519 over "cosignature/v1", a time and the checkpoint's text
KEY_ID_BYTES: Final = 4
MAX_NOTE_BYTES: Final = 1_000_000
MAX_SIGNATURES: Final = 100
_DASH: Final = "— "
_TIME_BYTES: Final = 8


class NoteInvalid(ValueError):
    """The text is not a signed note or checkpoint, or no trusted key signed it."""


class Signer(Protocol):
    """Whoever holds a private key: a file, a PKCS#11 token, a remote service."""

    @property
    def public_key(self) -> bytes:
        """The raw public key."""
        ...

    def sign(self, message: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A name and the Ed25519 key that signs for it: `<name>+<key id>+<base64>`.

    `algorithm` is ED25519 for a log, COSIGNATURE for a witness.
    """

    name: str
    public: bytes
    algorithm: int = ED25519

    def __post_init__(self) -> None:
        check_name(self.name)
        if self.algorithm not in (ED25519, COSIGNATURE):
            raise NoteInvalid(N_("the verifier key is not an Ed25519 key"))
        if len(self.public) != 32:
            raise NoteInvalid(f"an Ed25519 key has 32 bytes, not {len(self.public)}")

    @property
    def key_id(self) -> bytes:
        return key_id(self.name, self.public, self.algorithm)

    def text(self) -> str:
        encoded = base64.b64encode(bytes([self.algorithm]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{encoded}"

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Read a verifier key. Raises NoteInvalid."""
        parts = text.strip().split("+", 2)
        if len(parts) != 3:
            raise NoteInvalid(N_("a verifier key is written <name>+<key id>+<base64 key>"))
        name, identity, encoded = parts
        key = decode_base64(encoded, "the verifier key")
        if not key:
            raise NoteInvalid(N_("the verifier key is not an Ed25519 key"))
        verifier = cls(name, key[1:], key[0])
        if identity != verifier.key_id.hex():
            raise NoteInvalid(f"key id {identity} does not belong to this name and key")
        return verifier

    def accepts(self, signature: bytes, message: bytes) -> bool:
        if self.algorithm == COSIGNATURE:
            time, signature = signature[:_TIME_BYTES], signature[_TIME_BYTES:]
            if len(time) != _TIME_BYTES:
                return False
            message = _cosigned(message, int.from_bytes(time))
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class NoteSignature:
    name: str
    key_id: bytes
    signature: bytes

    def line(self) -> str:
        encoded = base64.b64encode(self.key_id + self.signature).decode()
        return f"{_DASH}{self.name} {encoded}\n"

    @classmethod
    def parse(cls, line: str) -> "NoteSignature":
        """Read one signature line, without its newline. Raises NoteInvalid."""
        return _signature(line)

    @property
    def cosigned_at(self) -> int:
        """When a witness signed, in seconds since 1970; only a cosignature has a time."""
        return int.from_bytes(self.signature[:_TIME_BYTES])


@dataclass(frozen=True, slots=True)
class Note:
    """A text, ending in a newline, and the signatures below it."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(s.line() for s in self.signatures)

    def verified_by(self, keys: Sequence[VerifierKey]) -> list[VerifierKey]:
        """Return which of `keys` signed. Unknown signatures are passed over, as the format asks.

        Raises NoteInvalid when a known key's signature is wrong.
        """
        signed: list[VerifierKey] = []
        message = self.text.encode()
        for signature in self.signatures:
            for key in keys:
                if (key.name, key.key_id) != (signature.name, signature.key_id) or key in signed:
                    continue
                if not key.accepts(signature.signature, message):
                    raise NoteInvalid(N_("the signature does not fit the text"))
                signed.append(key)
        return signed


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the log claims to be: `size` entries under `root`, in the log named `origin`."""

    origin: str
    size: int
    root: Hash
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode()]
        return "".join(f"{line}\n" for line in (*lines, *self.extensions))

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read a checkpoint's text, without signatures. Raises NoteInvalid."""
        if not text.endswith("\n"):
            raise NoteInvalid(N_("a checkpoint ends with a newline"))
        lines = text[:-1].split("\n")
        if len(lines) < 3 or not all(lines):
            raise NoteInvalid(
                N_("a checkpoint has an origin, a size and a root, and no empty line")
            )
        origin, size_text, root_text, *extensions = lines
        size = decimal(size_text)
        tree_root = decode_base64(root_text, "the root")
        if len(tree_root) != HASH_BYTES:
            raise NoteInvalid(f"the root has {len(tree_root)} bytes, not {HASH_BYTES}")
        return cls(origin, size, tree_root, tuple(extensions))


def key_id(name: str, public: bytes, algorithm: int = ED25519) -> bytes:
    """First four bytes of SHA-256(name ‖ newline ‖ algorithm ‖ public key)."""
    material = name.encode() + b"\n" + bytes([algorithm]) + public
    return hashlib.sha256(material).digest()[:KEY_ID_BYTES]


def check_name(name: str) -> None:
    """A key name is not empty and has neither spaces nor a plus sign. Raises NoteInvalid."""
    if not name or "+" in name or any(c.isspace() or ord(c) < 0x20 for c in name):
        raise NoteInvalid(f"{name!r} cannot name a key")


def sign(text: str, name: str, signer: Signer) -> Note:
    """Sign a text with an Ed25519 key under `name`. The text ends in a newline."""
    _check_text(text)
    check_name(name)
    identity = key_id(name, signer.public_key)
    return Note(text, (NoteSignature(name, identity, signer.sign(text.encode())),))


def cosign(text: str, name: str, signer: Signer, at: int) -> NoteSignature:
    """Cosign a checkpoint's text as the witness `name`; `at` is seconds since 1970, real time."""
    _check_text(text)
    check_name(name)
    identity = key_id(name, signer.public_key, COSIGNATURE)
    signature = signer.sign(_cosigned(text.encode(), at))
    return NoteSignature(name, identity, at.to_bytes(_TIME_BYTES) + signature)


def _cosigned(text: bytes, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n".encode() + text


def parse(raw: bytes | str) -> Note:
    """Read a signed note. Raises NoteInvalid and says what is wrong with it."""
    data = raw.encode() if isinstance(raw, str) else raw
    if len(data) > MAX_NOTE_BYTES:
        raise NoteInvalid(f"a note of {len(data)} bytes is larger than {MAX_NOTE_BYTES}")
    try:
        whole = data.decode()
    except UnicodeDecodeError as error:
        raise NoteInvalid(N_("the note is not UTF-8")) from error
    head, separator, tail = whole.rpartition("\n\n")
    if not separator or not tail.endswith("\n"):
        raise NoteInvalid(N_("a note has an empty line between its text and its signatures"))
    text = head + "\n"
    _check_text(text)
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteInvalid(f"the note has more than {MAX_SIGNATURES} signatures")
    return Note(text, tuple(_signature(line) for line in lines))


def open_checkpoint(raw: bytes | str, *keys: VerifierKey) -> Checkpoint:
    """Return the checkpoint in a note that one of `keys` signed. Raises NoteInvalid.

    Several keys are those of one log, in use and formerly: they share its origin as their name.
    """
    note = parse(raw)
    signed = note.verified_by(keys)
    if not signed:
        raise NoteInvalid(N_("the checkpoint is not signed by the log's key"))
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin not in {key.name for key in signed}:
        raise NoteInvalid(f"the checkpoint is of {checkpoint.origin}, not of {signed[0].name}")
    return checkpoint


def _signature(line: str) -> NoteSignature:
    if not line.startswith(_DASH):
        raise NoteInvalid(N_("a signature line begins with a dash and a space"))
    name, space, encoded = line[len(_DASH) :].partition(" ")
    check_name(name)
    data = decode_base64(encoded, f"the signature of {name}") if space else b""
    if len(data) <= KEY_ID_BYTES:
        raise NoteInvalid(f"the signature of {name} is too short")
    return NoteSignature(name, data[:KEY_ID_BYTES], data[KEY_ID_BYTES:])


def _check_text(text: str) -> None:
    if not text.endswith("\n"):
        raise NoteInvalid(N_("the text of a note ends with a newline"))
    if any(ord(c) < 0x20 and c != "\n" for c in text):
        raise NoteInvalid(N_("the text of a note has no control characters"))


def decimal(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > 19 or (text[0] == "0" != text):
        raise NoteInvalid(f"{text[:40]!r} is not a tree size")
    size = int(text)
    if size > MAX_SIZE:
        raise NoteInvalid(f"no tree has {size} entries")
    return size


def decode_base64(text: str, what: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteInvalid(f"{what} is not base64") from error
    if base64.b64encode(data).decode() != text:
        raise NoteInvalid(f"{what} is not in its one base64 form")
    return data
