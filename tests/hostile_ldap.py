"""A directory that means harm, over real TLS: it lets anybody in, and answers searches as a test says."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.slapd import certificate

PAGED = b"1.2.840.113556.1.4.319"
SUCCESS, REFERRAL = 0, 10
Answers = Callable[[str, int], Iterable[bytes]]
"""From the name that is searched below, and how many searches there were, to what is answered: `entry`, `done`."""


def tlv(tag: int, *parts: bytes) -> bytes:
    """BER: a tag, a length, and what is in it (X.690 section 8.1)."""
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def text(value: bytes | str) -> bytes:
    return tlv(0x04, value.encode() if isinstance(value, str) else value)


def entry(dn: str, **said: bytes | str) -> bytes:
    """A searchResultEntry (RFC 4511 section 4.5.2)."""
    values = [tlv(0x30, text(name), tlv(0x31, text(value))) for name, value in said.items()]
    return tlv(0x64, text(dn), tlv(0x30, *values))


def done(code: int = SUCCESS, cookie: bytes = b"", referral: str = "") -> bytes:
    """A searchResultDone, with the control of RFC 2696."""
    referrals = tlv(0xA3, text(referral)) if referral else b""
    paged = tlv(0x30, tlv(0x02, b"\0"), text(cookie))
    result = tlv(0x65, tlv(0x0A, bytes([code])), text(""), text(""), referrals)
    return result + tlv(0xA0, tlv(0x30, text(PAGED), text(paged)))


@dataclass
class Hostile:
    url: str
    trust: str
    searched: list[str] = field(default_factory=list)


@contextmanager
def running(folder: Path, answers: Answers) -> Iterator[Hostile]:
    """It listens on loopback until the end; one connection after another."""
    trust = certificate(folder, "hostile", "127.0.0.9")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "hostile.crt", folder / "hostile.key")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        there = Hostile(f"ldaps://localhost:{listening.getsockname()[1]}", trust)

        def serve() -> None:
            with suppress(OSError):
                while True:
                    one, _ = listening.accept()
                    with suppress(OSError), context.wrap_socket(one, server_side=True) as connection:
                        _talk(connection, there, answers)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield there
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)


@contextmanager
def speaking(say: Callable[[socket.socket, threading.Event], None]) -> Iterator[int]:
    """Without TLS: `say` speaks on each connection, until the event; the port."""
    ends = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    one, _ = listening.accept()
                    with one, suppress(OSError):
                        say(one, ends)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        ends.set()
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)


BEGINNING = bytes.fromhex("30847fffffff")
"""Of an answer of two gigabytes."""


def trickle(connection: socket.socket, ends: threading.Event) -> None:
    """A byte now and then."""
    connection.sendall(BEGINNING)
    while not ends.wait(0.05):
        connection.sendall(b"\0")


def flood(connection: socket.socket, ends: threading.Event) -> None:
    """All at once, without end."""
    connection.sendall(BEGINNING)
    while not ends.is_set():
        connection.sendall(bytes(16_384))


def be_silent(connection: socket.socket, _ends: threading.Event) -> None:
    """Nothing, until the other side goes."""
    while connection.recv(4_096):
        pass


def _talk(connection: ssl.SSLSocket, there: Hostile, answers: Answers) -> None:
    while (body := _message(connection)) is not None:
        number, operation = body[: 2 + body[1]], body[2 + body[1] :]
        if operation[0] == 0x60:
            success = tlv(0x61, tlv(0x0A, b"\0"), text(""), text(""))
            connection.sendall(tlv(0x30, number, success))
        elif operation[0] == 0x63:
            inside, _ = _inside(operation)
            base, _ = _inside(inside)
            there.searched.append(base.decode())
            for answer in answers(base.decode(), len(there.searched)):
                connection.sendall(tlv(0x30, number, answer))
        else:
            return


def _message(connection: ssl.SSLSocket) -> bytes | None:
    head = connection.recv(2)
    if len(head) < 2:
        return None
    length = head[1]
    if length & 0x80:
        length = int.from_bytes(connection.recv(length & 0x7F), "big")
    body = b""
    while len(body) < length:
        body += connection.recv(length - len(body))
    return body


def _inside(value: bytes) -> tuple[bytes, bytes]:
    """What is in the first value, and what comes after it."""
    length, at = value[1], 2
    if length & 0x80:
        at += length & 0x7F
        length = int.from_bytes(value[2:at], "big")
    return value[at : at + length], value[at + length :]
