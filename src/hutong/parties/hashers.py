"""
Passwords by Argon2id (RFC 9106) with the `cryptography` package, written in Django's own format, so
that either implementation reads what the other wrote.
"""

import base64
import hmac
from typing import Any

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from django.contrib.auth.hashers import BasePasswordHasher, mask_hash
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_noop as _


class Argon2Hasher(BasePasswordHasher):
    """19 MiB, two passes, one lane: OWASP's minimum, some 20 ms, so that sign-in stays answerable."""

    algorithm = "argon2"
    memory_kib = 19_456
    passes = 2
    lanes = 1
    length = 32

    def encode(self, password: str, salt: str) -> str:
        self._check_encode_args(password, salt)
        parameters = {"m": self.memory_kib, "t": self.passes, "p": self.lanes}
        return self._write(password, salt.encode(), parameters, self.length)

    def salt(self) -> str:
        return get_random_string(22)

    def decode(self, encoded: str) -> dict[str, Any]:
        """Take `argon2$argon2id$v=19$m=…,t=…,p=…$salt$hash` apart."""
        algorithm, variety, version, numbers, salt, digest = encoded.split("$")
        if algorithm != self.algorithm or variety != "argon2id" or version != "v=19":
            raise ValueError("not an Argon2id hash")
        parameters = {k: int(v) for k, v in (pair.split("=") for pair in numbers.split(","))}
        return {"salt": _decode(salt), "hash": _decode(digest), "parameters": parameters}

    def verify(self, password: str, encoded: str) -> bool:
        parts = self.decode(encoded)
        again = self._write(password, parts["salt"], parts["parameters"], len(parts["hash"]))
        return hmac.compare_digest(again.encode(), encoded.encode())

    def safe_summary(self, encoded: str) -> dict[str, Any]:
        parts = self.decode(encoded)
        return {_("algorithm"): self.algorithm, _("hash"): mask_hash(parts["hash"].hex())}

    def must_update(self, encoded: str) -> bool:
        wanted = {"m": self.memory_kib, "t": self.passes, "p": self.lanes}
        return self.decode(encoded)["parameters"] != wanted

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Nothing to equalise: Argon2's work does not add up as iterations do."""

    def _write(self, password: str, salt: bytes, parameters: dict[str, int], length: int) -> str:
        numbers = ",".join(f"{name}={parameters[name]}" for name in "mtp")
        digest = Argon2id(
            salt=salt,
            length=length,
            iterations=parameters["t"],
            lanes=parameters["p"],
            memory_cost=parameters["m"],
        ).derive(password.encode())
        return f"{self.algorithm}$argon2id$v=19${numbers}${_encode(salt)}${_encode(digest)}"


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))
