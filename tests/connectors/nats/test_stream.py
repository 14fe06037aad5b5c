"""A stream of a real nats-server: durable, bounded, each message once; and each refusal has its word."""

from __future__ import annotations

import re
import socket
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from tests.nats_server import NatsServer, nats_server, users_by_key

from limen import private_authority
from limen.clock import DAY, SystemClock
from limen.connectors.nats.stream import ID, URL, NatsError, Stream, StreamServer, may_be_read_by_others

__all__ = ["nats"]


@pytest.fixture(scope="module")
def nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    with nats_server(tmp_path_factory.mktemp("nats")) as started:
        yield started


def messages(*names: str, size: int = 1) -> list[tuple[bytes, dict[str, str]]]:
    return [(name.encode() * size, {ID: name}) for name in names]


def refusal(server: StreamServer) -> str:
    stream = Stream(server)
    try:
        stream.put(messages("a"))
    except NatsError as error:
        return error.word
    finally:
        stream.close()
    return ""


def empty(stream: Stream) -> None:
    """Take all of it, and wait until the server has let it go, which answers to nobody."""
    ends_at = time.monotonic() + 30
    while stream.waiting():
        assert time.monotonic() < ends_at
        stream.acknowledge(stream.take(100, 0.1))


def test_what_is_put_is_taken_once_and_what_is_not_acknowledged_again(nats: NatsServer) -> None:
    stream = Stream(nats.server(stream="once"))
    stream.put(messages("a", "b", "c"))
    stream.put(messages("b"))  # it comes again
    taken = stream.take(10, 1)
    assert [one.data for one in taken] == [b"a", b"b", b"c"]
    stream.acknowledge(taken[:1])
    stream.refuse(taken[1:2])
    stream.close()
    again = Stream(nats.server(stream="once"))
    ends_at = time.monotonic() + 30
    while again.waiting() > 1:  # two were let go
        assert time.monotonic() < ends_at
    assert again.waiting() == 1
    assert again.take(10, 0.2) == []  # it is another's until its time is over
    again.close()


def test_what_was_put_is_there_after_the_server_was_killed(tmp_path: Path) -> None:
    with nats_server(tmp_path / "nats") as server:
        stream = Stream(server.server())
        stream.put(messages(*map(str, range(100))))
        server.kill()
        with pytest.raises(NatsError) as refused:
            stream.put(messages("later"))
        assert refused.value.word == "unreachable"
        server.start()
        stream.put(messages("later"))
        assert stream.waiting() == 101
        stream.close()


def test_a_full_stream_takes_nothing_until_something_leaves_it(nats: NatsServer) -> None:
    stream = Stream(nats.server(stream="small", most_bytes=5_000))
    with pytest.raises(NatsError) as refused:
        stream.put(messages(*map(str, range(100)), size=500))
    assert refused.value.word == "full"
    empty(stream)
    stream.put(messages("z", size=500))
    stream.close()


def test_a_stream_that_is_no_queue_is_not_used(nats: NatsServer) -> None:
    Stream(nats.server(stream="one")).put(messages("a"))
    other = nats.server(stream="one")

    class Elsewhere(StreamServer, frozen=True):
        @property
        def subject(self) -> str:
            return "elsewhere"

    assert refusal(Elsewhere(url=other.url, stream="one")) == "other-stream"


def test_users_prove_themselves_by_their_keys(tmp_path: Path) -> None:
    said, user, stranger = users_by_key(tmp_path)
    with nats_server(tmp_path / "nats", said) as server:
        assert refusal(server.server(credentials=str(user))) == ""
        assert refusal(server.server(credentials=str(stranger))) == "credentials"
        assert refusal(server.server()) == "credentials"
        assert refusal(server.server(credentials=str(tmp_path / "none"))) == "credentials"


def test_only_the_authority_that_is_named_is_trusted(tmp_path: Path) -> None:
    now = SystemClock().now()
    authority = private_authority.new_authority("Harbor: NATS", now).authority
    key, pem = private_authority.new_key()
    made = private_authority.issued(
        authority, key.public_key(), "localhost", now, DAY, private_authority.Proves.SERVER, [x509.DNSName("localhost")]
    )
    (tmp_path / "certificate.pem").write_text(made.certificate)
    (tmp_path / "key.pem").write_text(pem)
    files = f'cert_file: "{tmp_path}/certificate.pem", key_file: "{tmp_path}/key.pem"'
    with nats_server(tmp_path / "later", f"tls {{ {files} }}", is_secure=True) as server:
        assert refusal(server.server(authority=authority.certificate)) != ""  # it begins without
    with nats_server(tmp_path / "nats", f"tls {{ {files}, handshake_first: true }}", is_secure=True) as server:
        assert refusal(server.server(authority=authority.certificate)) == ""
        assert refusal(server.server()) == "certificate"
        assert refusal(server.server(url=f"nats://127.0.0.1:{server.port}")) != ""


def test_who_says_that_there_is_no_tls_is_sent_nothing(tmp_path: Path) -> None:
    """Somebody between: it speaks first, as a server without TLS does, and waits for what it would be sent."""
    heard = list[bytes]()
    with socket.create_server(("127.0.0.1", 0)) as between:

        def answer() -> None:
            with suppress(OSError):
                taken, _ = between.accept()
                with taken:
                    taken.sendall(b'INFO {"server_id":"N","version":"2.10.27","nonce":"abc","headers":true}\r\n')
                    taken.settimeout(5)
                    heard.append(taken.recv(65_536))

        waiting = Thread(target=answer, daemon=True)
        waiting.start()
        _, user, _ = users_by_key(tmp_path)
        server = StreamServer(url=f"tls://localhost:{between.getsockname()[1]}", credentials=str(user))
        assert refusal(server) != ""
        waiting.join(10)
    assert all(b"CONNECT" not in some and b"jwt" not in some for some in heard)
    assert heard


def test_a_server_without_jetstream_and_none_at_all(tmp_path: Path) -> None:
    with nats_server(tmp_path / "nats", has_jetstream=False) as server:
        assert refusal(server.server()) == "no-jetstream"
    assert refusal(server.server()) == "unreachable"


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("", True),
        ("tls://nats.harbor.example:4222", True),
        ("nats://127.0.0.1:4222", True),
        ("nats://nats.harbor.example:4222", False),
        ("tls://user:secret@nats.harbor.example", False),
        ("tls://nats.harbor.example,tls://other", False),
    ],
)
def test_only_tls_or_this_machine_will_do(url: str, *, is_one: bool) -> None:
    assert (re.match(URL, url) is not None) is is_one


def test_whose_file_others_read_is_told(tmp_path: Path) -> None:
    file = tmp_path / "a.creds"
    file.touch(stat.S_IRUSR | stat.S_IWUSR)
    file.chmod(0o600)
    assert not may_be_read_by_others(file)
    file.chmod(0o640)
    assert may_be_read_by_others(file)
