import asyncio
from collections.abc import Awaitable, Callable

import pytest

from limen.enforcement.probe import MOST_BYTES, UNKNOWN, Found, kind_of, probe
from limen.errors import LimenError

Answering = Callable[[asyncio.StreamWriter], Awaitable[None]]


def looked_at(answering: Answering, limit_seconds: float = 2.0) -> Found:
    async def run() -> Found:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            try:
                await answering(writer)
                writer.close()
            except OSError:
                pass

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        try:
            port = server.sockets[0].getsockname()[1]
            return await probe(f"http://127.0.0.1:{port}", limit_seconds)
        finally:
            server.close()

    return asyncio.run(run())


def saying(text: bytes) -> Answering:
    async def answering(writer: asyncio.StreamWriter) -> None:
        writer.write(text)
        await writer.drain()

    return answering


def test_an_app_that_nobody_knows_gets_rules_by_method() -> None:
    found = looked_at(saying(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"))
    assert (found.status, found.kind, found.is_plain) == (200, UNKNOWN, False)
    assert found.kind.actions["view"] == ("GET /**",)


@pytest.mark.parametrize(
    ("headers", "cookies", "body", "name"),
    [
        ({"x-jenkins": "2.4"}, "", b"", "Jenkins"),
        ({}, "i_like_gitea=abc; Path=/", b"", "Gitea"),
        ({"link": '<http://x/wp-json/>; rel="https://api.w.org/"'}, "", b"", "WordPress"),
        ({}, "", b"<title>Grafana</title><script>window.grafanaBootData = {}", "Grafana"),
        ({}, "oc_sessionPassphrase=x", b"", "Nextcloud"),
        ({}, "", b"<title>Grafana \x1b[2J in ten minutes</title>", ""),
    ],
)
def test_a_kind_is_named_only_where_it_is_certain(headers, cookies: str, body: bytes, name: str) -> None:
    assert kind_of(headers, cookies, body).name == name


def test_a_redirect_is_not_followed_wherever_it_leads() -> None:
    found = looked_at(saying(b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n"))
    assert found.status == 302


def test_a_page_without_end_is_looked_at_only_at_its_beginning() -> None:
    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(64):
            writer.write(b"x" * MOST_BYTES)
            await writer.drain()

    assert looked_at(endless).status == 200


@pytest.mark.parametrize(
    "text",
    [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\nx: " + b"a" * 100_000, b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 20_000],
)
def test_what_is_no_answer_or_never_ends_its_headers_is_refused_and_not_shown(text: bytes) -> None:
    with pytest.raises(LimenError) as refused:
        looked_at(saying(text), 0.5)
    assert "aaaa" not in str(refused.value)


def test_what_hangs_is_let_go_of() -> None:
    async def hang(_writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    with pytest.raises(LimenError, match="did not answer"):
        looked_at(hang, 0.1)


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254",
        "http://[::ffff:169.254.169.254]",
        "http://[fe80::1]",
        "http://[fd00:ec2::254]",
        "http://0.0.0.0:80",
        "http://224.0.0.1",
    ],
)
def test_where_machines_keep_their_secrets_is_never_looked_at(url: str) -> None:
    with pytest.raises(LimenError, match="not an address that an app may have"):
        asyncio.run(probe(url))


@pytest.mark.parametrize("answers", [["169.254.169.254"], ["127.0.0.1", "169.254.169.254"]])
def test_nor_by_a_name_that_leads_there(answers, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        loop = asyncio.get_running_loop()

        async def told(*_args, **_named):
            return [(2, 1, 6, "", (address, 80)) for address in answers]

        monkeypatch.setattr(loop, "getaddrinfo", told)
        await probe("http://metadata.harbor.localhost")

    with pytest.raises(LimenError, match="not an address that an app may have"):
        asyncio.run(run())
