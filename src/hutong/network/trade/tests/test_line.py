"""The way to another venue's hot door: kept open, bounded, and trusted as the other doors are."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hutong.network.trade.line import CONNECTIONS, LARGEST, Connection, Line, NotAnswered, Said

GOOD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"


class There:
    """Answers each request with the pieces given, some time apart."""

    def __init__(self, *pieces: bytes, trust: ssl.SSLContext | None = None) -> None:
        self.pieces, self.trust = pieces, trust
        self.asked: list[bytes] = []
        self.connections = 0
        self.at_once = self.most_at_once = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.at_once += 1
                self.most_at_once = max(self.at_once, self.most_at_once)
                self.asked.append(head)
                for piece in self.pieces:
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0.02)
                self.at_once -= 1
        writer.close()

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[Line]:
        server = await asyncio.start_server(self.serve, "localhost", 0, ssl=self.trust)
        port = server.sockets[0].getsockname()[1]
        line = Line(f"http{'s' if self.trust else ''}://localhost:{port}/venue/")
        try:
            yield line
        finally:
            line.close()
            server.close()


async def ask(line: Line, seconds: float = 5) -> Said:
    by = asyncio.get_running_loop().time() + seconds
    return await line.ask("GET", "/x", "secret", b"", send_by=by, until=by)


def asked(there: There, times: int = 1) -> Sequence[Said]:
    async def go() -> list[Said]:
        async with there.open() as line:
            return [await ask(line) for _ in range(times)]

    return asyncio.run(go())


def test_one_connection_serves_one_request_after_the_other() -> None:
    there = There(GOOD)
    assert asked(there, 3) == [Said(200, "application/json", b"{}")] * 3
    assert there.connections == 1
    assert there.asked[0].startswith(b"GET /venue/x HTTP/1.1\r\nhost: localhost:")
    assert b"authorization: Bearer secret\r\n" in there.asked[0]


@pytest.mark.parametrize(
    "pieces",
    [
        (GOOD[:20], GOOD[20:-1], GOOD[-1:]),
        (b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n", GOOD),
        (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\ntransfer-encoding: chunked\r\n\r\n",
            b"1\r\n{\r\n",
            b"1\r\n}\r\n0\r\n\r\n",
        ),
    ],
)
def test_an_answer_may_come_in_pieces(pieces) -> None:
    assert asked(There(*pieces), 2) == [Said(200, "application/json", b"{}")] * 2


def test_a_connection_that_is_to_close_is_not_used_again() -> None:
    there = There(GOOD.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"))
    assert len(asked(there, 2)) == 2
    assert there.connections == 2


@pytest.mark.parametrize(
    "pieces",
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n",),
        (GOOD + GOOD,),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n", b"x" * LARGEST * 2),
        (b"HTTP/1.1 200 OK\r\nx: " + b"x" * LARGEST * 2,),
        (b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n",),
    ],
)
def test_what_is_no_answer_is_said_to_be_none(pieces) -> None:
    with pytest.raises(NotAnswered):
        asked(There(*pieces))


def test_no_more_connections_are_opened_than_may_be() -> None:
    there = There(GOOD)

    async def go() -> None:
        async with there.open() as line:
            await asyncio.gather(*(ask(line) for _ in range(CONNECTIONS * 2)))

    asyncio.run(go())
    assert len(there.asked) == CONNECTIONS * 2
    assert there.connections <= CONNECTIONS
    assert 1 < there.most_at_once <= CONNECTIONS


def test_a_venue_that_is_silent_is_given_up_in_time_and_asked_anew_on_another_connection() -> None:
    there = There()

    async def go() -> None:
        async with there.open() as line:
            with pytest.raises(NotAnswered):
                await ask(line, seconds=0.1)
            there.pieces = (GOOD,)
            assert (await ask(line)).status == 200

    asyncio.run(go())
    assert there.connections == 2, "a late answer must not be taken for another request's"


def test_what_found_no_connection_in_time_is_not_sent(monkeypatch) -> None:
    there = There(GOOD)

    async def go() -> None:
        async with there.open() as line:
            opened = line._open

            async def slowly() -> Connection:
                await asyncio.sleep(0.2)
                return await opened()

            monkeypatch.setattr(line, "_open", slowly)
            now = asyncio.get_running_loop().time
            with pytest.raises(NotAnswered, match="too late"):
                await line.ask("GET", "/x", "t", b"", send_by=now() + 0.1, until=now() + 5)
            assert there.asked == []
            assert (await ask(line)).status == 200
            assert there.connections == 1, "the connection that came too late serves the next"

    asyncio.run(go())


def test_a_venue_is_trusted_by_the_authorities_that_all_our_doors_trust(
    tmp_path, monkeypatch
) -> None:
    there = There(GOOD, trust=_certified(tmp_path))
    with pytest.raises(NotAnswered, match="CERTIFICATE_VERIFY_FAILED"):
        asked(there)
    assert there.asked == []
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    assert asked(there, 2) == [Said(200, "application/json", b"{}")] * 2


def _certified(directory: Path) -> ssl.SSLContext:
    """A server's context, with a certificate for localhost that nobody but its file vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    (directory / "certificate.pem").write_bytes(pem)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (directory / "both.pem").write_bytes(pem + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "both.pem")
    return context
