from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.doctor.scene import outside, setup
from tests.ports import free_port

from limen.doctor.mail import mail
from limen.finding import Finding, State


@asynccontextmanager
async def smtp(sign_in: bytes = b"235 fine") -> AsyncIterator[int]:
    """A mail server without encryption that answers a sign-in so."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 harbor \x1b[2J ready\r\n")
        while line := await reader.readline():
            said = {b"EHLO": b"250-harbor\r\n250 AUTH PLAIN", b"AUTH": sign_in}.get(line[:4].upper(), b"221 bye")
            writer.write(said + b"\r\n")
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def looked(tmp_path: Path, port: int, **said: str) -> Finding:
    settings = {"server": f"127.0.0.1:{port}", "from": "limen@harbor.example", "security": "none", **said}
    here = outside(environ={"LIMEN_MAIL_PASSWORD": "tidal marble"})
    (found,) = await mail(setup(tmp_path, mail=settings, outside_=here))
    return found


async def test_a_server_that_is_down_is_named_with_its_fix(tmp_path: Path) -> None:
    found = await looked(tmp_path, free_port())
    assert found.state is State.WRONG
    assert "can't be used" in found.what
    assert "[mail]" in found.fix


async def test_a_sign_in_is_tried_and_no_secret_is_said(tmp_path: Path) -> None:
    async with smtp() as port:
        assert (await looked(tmp_path, port)).state is State.OK
        assert (await looked(tmp_path, port, user="limen")).state is State.OK
        assert (await looked(tmp_path, port, security="starttls")).state is State.WRONG
    async with smtp(b"535 no") as port:
        found = await looked(tmp_path, port, user="limen")
    assert found.state is State.WRONG
    assert "rejects the login of limen" in found.what
    assert "tidal" not in str(found)


async def test_without_a_server_mails_become_files(tmp_path: Path) -> None:
    (found,) = await mail(setup(tmp_path))
    assert found.state is State.OK
    assert not list(tmp_path.iterdir())  # noqa: ASYNC240 -- this test has its event loop to itself
