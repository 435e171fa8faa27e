"""
A signer process: it holds the keys, and others ask it over a unix socket (HTTP, JSON).

    GET  /keys    → {"keys": [{"purpose", "algorithm", "public"}]}
    POST /sign    {"purpose", "public", "message"}  →  {"signature"}
                  404 another key or none · 422 not what this key signs · 400 malformed

`public`, `message` and `signature` are base64. Who may ask is whoever may open the socket. The log's
key signs nothing but checkpoints of its log, a witness's key nothing but cosignatures; a machine
that was broken into can misuse a key that way while it lasts, and cannot carry it off.
"""

import base64
import binascii
import http.client
import json
import os
import socket
import socketserver
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, Final

from hutong.transparency.keyring_file import ALGORITHMS, Purpose
from hutong.transparency.keys import Keyring
from hutong.transparency.signers import (
    PROOF_OF_POSSESSION,
    Algorithm,
    Signer,
    SignerUnusable,
    verifies,
)

SECONDS: Final = 10
MAX_BYTES: Final = 1_000_000
SERVED: Final = frozenset(set(Purpose) - {Purpose.AUTHORITY, Purpose.TOKEN})
STARTS: Final = {Purpose.WITNESS: b"cosignature/v1\n"}


def at(address: str, algorithm: Algorithm, public: bytes | None) -> Signer:
    """The signer at `unix:<socket>#<purpose>`; not asked before it is used, where `public` is given.

    Raises SignerUnusable.
    """
    socket_path, _, purpose = address.removeprefix("unix:").partition("#")
    if not socket_path.startswith("/") or purpose not in SERVED:
        raise SignerUnusable(f"{address}: write unix:/path/of/the.sock#<purpose>")
    if public is None:
        public = _shown(socket_path, purpose, algorithm)
    return RemoteSigner(Path(socket_path), purpose, algorithm, public)


@dataclass(frozen=True, slots=True)
class RemoteSigner:
    """Asks the process behind a socket to sign with the key that has this public half."""

    socket: Path
    purpose: str
    algorithm: Algorithm
    public_key: bytes = field(repr=False)

    def sign(self, message: bytes) -> bytes:
        """Raises SignerUnusable, also when what comes back is not the key's signature."""
        asked = {
            "purpose": self.purpose,
            "public": _text(self.public_key),
            "message": _text(message),
        }
        answer = _ask(str(self.socket), "POST", "/sign", asked)
        try:
            signature = base64.b64decode(answer["signature"], validate=True)
        except (KeyError, TypeError, ValueError) as error:
            raise SignerUnusable(f"{self.socket}: the answer has no signature") from error
        if not verifies(self.public_key, self.algorithm, signature, message):
            raise SignerUnusable(f"{self.socket}: the signature is not by the key asked for")
        return signature


def _shown(socket_path: str, purpose: str, algorithm: Algorithm) -> bytes:
    try:
        for key in _ask(socket_path, "GET", "/keys")["keys"]:
            if (key["purpose"], key["algorithm"]) == (purpose, algorithm.value):
                return base64.b64decode(key["public"], validate=True)
    except (KeyError, TypeError, ValueError) as error:
        raise SignerUnusable(f"{socket_path}: the answer is not a list of keys") from error
    raise SignerUnusable(f"{socket_path}: the signer there has no key for {purpose}")


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("signer", timeout=SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(SECONDS)
        self.sock.connect(self._path)


def _ask(
    path: str, method: str, target: str, body: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    connection = _UnixConnection(path)
    try:
        connection.request(method, target, json.dumps(body) if body is not None else None)
        response = connection.getresponse()
        said = response.read(MAX_BYTES)
        answer = json.loads(said)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise SignerUnusable(f"{path}: the signer does not answer ({error})") from error
    finally:
        connection.close()
    if not isinstance(answer, dict):
        raise SignerUnusable(f"{path}: the answer is not a JSON object")
    if response.status != 200:
        raise SignerUnusable(f"{path}: the signer refuses: {answer.get('problem')}")
    return answer


# -- the process --------------------------------------------------------------------------------------


class Refusal(Exception):
    """What the signer does not do; `status` is HTTP's."""

    def __init__(self, status: int, problem: str) -> None:
        super().__init__(problem)
        self.status = status


class SignerServer(socketserver.ThreadingUnixStreamServer):
    """Serves the keys in use of one keyring on a socket only its owner may open."""

    daemon_threads = True

    def __init__(self, path: Path, keyring: Keyring, mode: int = 0o600) -> None:
        self.keyring = keyring
        path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            super().__init__(str(path), _Handler)
        finally:
            os.umask(before)
        path.chmod(mode)

    def keys(self) -> dict[str, Any]:
        return {
            "keys": [
                {
                    "purpose": held.purpose.value,
                    "algorithm": ALGORITHMS[held.purpose].value,
                    "public": _text(held.signer.public_key),
                }
                for held in self.keyring.held
                if held.purpose in SERVED and held.signer is not None and not held.prepared
            ]
        }

    def sign(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        purpose = asked.get("purpose")
        public, message = (_bytes(asked, name) for name in ("public", "message"))
        for held in self.keyring.held:
            mine = held.purpose == purpose and held.purpose in SERVED and not held.prepared
            if mine and held.signer is not None and held.signer.public_key == public:
                if not self._may_sign(held.purpose, message):
                    raise Refusal(422, f"the key for {purpose} does not sign this")
                if held.compromised_from is not None:
                    raise Refusal(404, "this key was declared compromised")
                return {"signature": _text(held.signer.sign(message))}
        raise Refusal(404, f"no such key for {purpose}")

    def _may_sign(self, purpose: Purpose, message: bytes) -> bool:
        if message == PROOF_OF_POSSESSION:
            return True
        starts = STARTS.get(purpose, b"")
        if purpose is Purpose.LOG:
            starts = f"{self.keyring.venue.log_origin}\n".encode()
        return message.startswith(starts)


class _Handler(BaseHTTPRequestHandler):
    server: SignerServer
    timeout = SECONDS

    def do_GET(self) -> None:
        if self.path == "/keys":
            self._answer(200, self.server.keys())
        else:
            self._answer(404, {"problem": "ask for /keys"})

    def do_POST(self) -> None:
        try:
            if self.path != "/sign":
                raise Refusal(404, "ask for /sign")
            self._answer(200, self.server.sign(self._asked()))
        except Refusal as refused:
            self._answer(refused.status, {"problem": str(refused)})

    def _asked(self) -> dict[str, Any]:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MAX_BYTES:
            raise Refusal(400, "a body of known and modest length is needed")
        try:
            asked = json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError) as error:
            raise Refusal(400, "the body is not JSON") from error
        if not isinstance(asked, dict):
            raise Refusal(400, "the body is not a JSON object")
        return asked

    def _answer(self, status: int, told: Mapping[str, Any]) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        return "socket"

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: messages are signed once a second."""


def _bytes(asked: Mapping[str, Any], name: str) -> bytes:
    try:
        return base64.b64decode(asked[name], validate=True)
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise Refusal(400, f"{name}: missing, or not base64") from error


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
