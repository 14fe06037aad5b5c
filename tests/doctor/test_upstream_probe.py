from __future__ import annotations

from tests.doctor.scene import app, outside, serving
from tests.ports import free_port

from limen.doctor.upstream_probe import Reached, reach, reach_all

PUBLIC = "https://limen.harbor.example"


def sending(**answers: str):
    """Redirects by path: `/` is `root`; "" is a page, `cookie` one that comes back only with its cookie."""

    def answer(asked: bytes) -> bytes:
        to = answers.get(asked.split()[1].strip(b"/").decode() or "root", "")
        if to == "cookie":
            to = "" if b"cookie: seen=1" in asked.lower() else "/"
            return b"HTTP/1.1 302 F\r\nSet-Cookie: seen=1\r\nLocation: /\r\n\r\n" if to else b"HTTP/1.1 200 OK\r\n\r\n"
        return f"HTTP/1.1 302 F\r\nLocation: {to}\r\n\r\n".encode() if to else b"HTTP/1.1 200 OK\r\n\r\n"

    return answer


async def reached(answer, **upstream: bool) -> Reached:
    async with serving(answer) as port:
        return await reach(app(f"http://127.0.0.1:{port}", **upstream), PUBLIC, outside())


async def test_redirects_are_walked_as_a_browser_would() -> None:
    assert (await reached(sending(root="/login", login=""))).reply is not None
    assert (await reached(sending(root="/a", a="/b", b="/a"))).is_loop
    assert (await reached(sending(root="https://wiki.harbor.example/"))).is_loop
    assert not (await reached(sending(root="https://login.example/"))).is_loop
    assert not (await reached(sending(root="cookie"))).is_loop


async def test_a_redirect_past_limen_is_seen() -> None:
    def answer(asked: bytes) -> bytes:
        own = asked.lower().split(b"host: ")[1].split(b"\r\n")[0]
        return b"HTTP/1.1 302 F\r\nLocation: http://%s/x\r\n\r\n" % own

    async with serving(answer) as port:
        found = await reach(app(f"http://127.0.0.1:{port}", keep_host=False), PUBLIC, outside())
    assert found.astray == f"http://127.0.0.1:{port}/x"


async def test_the_app_hears_its_own_host_unless_it_should_not() -> None:
    heard: list[bytes] = []

    def answer(asked: bytes) -> bytes:
        heard.append(asked.lower())
        return b"HTTP/1.1 200 OK\r\n\r\n"

    await reached(answer)
    await reached(answer, keep_host=False)
    assert b"host: wiki.harbor.example\r\n" in heard[0]
    assert b"host: 127.0.0.1:" in heard[1]
    assert b"x-forwarded-proto: https\r\n" in heard[1]


async def test_apps_without_an_upstream_are_left_out_and_a_missing_ca_is_told() -> None:
    apps = [app(""), app(f"https://127.0.0.1:{free_port()}", "b", ca_file="/nowhere/ca.pem")]
    found = await reach_all(apps, PUBLIC, outside())
    assert set(found) == {"b"}
    assert found["b"].wrong is not None
    assert found["b"].wrong.word == "ca-file"
