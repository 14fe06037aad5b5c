"""A real Squid, told what Limen prints for it, asks about what people send and get; c-icap's client does as well."""

from __future__ import annotations

import asyncio
import gzip
import shutil
from base64 import b64encode
from pathlib import Path

import pytest
from tests.data.doors.icap_client import icap_world
from tests.data.doors.protecting import CARD, NO_CARD, OwnProtection
from tests.interop.real_apps import absent
from tests.interop.squid_world import SquidWorld, squid_world

from limen.data.doors.spool import budget
from limen.data.rules.model import Step


async def test_what_is_found_goes_no_further_than_squid_and_everything_else_does(tmp_path: Path) -> None:
    downloads = {"/card.txt": CARD, "/none.txt": NO_CARD * 50_000}
    async with squid_world(tmp_path, OwnProtection(), downloads=downloads) as world:
        assert await world.post(NO_CARD) == (200, str(len(NO_CARD)).encode())
        status, page = await world.post(CARD, Accept="text/html")
        assert status == 403
        assert b"Payment card" in page
        assert b"4111" not in page
        for size in (1023, 1024, 1025, 70_000, 5_000_000):
            body = b"x" * size
            assert await world.post(body) == (200, str(size).encode())
            assert (await world.post(body + b" " + CARD))[0] == 403
        assert (await world.post(gzip.compress(CARD), **{"Content-Encoding": "gzip"}))[0] == 403
        assert await world.get("/none.txt") == (200, NO_CARD * 50_000)
        assert (await world.get("/card.txt"))[0] == 403
        assert (await world.get("/?q=credit+card+4111111111111111"))[0] == 403
        assert not [body for body in world.received if CARD in body]
        await _many_at_once(world)


async def _many_at_once(world: SquidWorld) -> None:
    """Connections that are kept alive are never mixed up."""
    bodies = [(CARD if number % 3 == 0 else NO_CARD) + b" " * number for number in range(60)]
    statuses = [one[0] for one in await asyncio.gather(*(world.post(body) for body in bodies))]
    assert statuses == [403 if number % 3 == 0 else 200 for number in range(60)]


async def test_who_signed_in_to_squid_is_known_by_name(tmp_path: Path) -> None:
    everybody = "auth_param basic program /usr/bin/sed -u s/.*/OK/\n"
    asking = f"{everybody}acl known proxy_auth REQUIRED\nhttp_access deny !known\n"
    async with squid_world(tmp_path, OwnProtection(), more=asking) as world:
        for name, person in (("ann", "p_ann"), ("bob", "")):
            word = b64encode(f"{name}:x".encode()).decode()
            await world.post(CARD, **{"Proxy-Authorization": f"Basic {word}"})
            assert world.icap.protection.noted[-1][0].person == person


async def test_a_body_larger_than_limen_holds_passes_in_a_stream_or_not_at_all(tmp_path: Path) -> None:
    protection = OwnProtection(unread=Step.WATCH)
    async with squid_world(tmp_path, protection, room=budget(largest=1_000_000)) as world:
        body = b"x" * 6_000_000
        assert await world.post(body) == (200, b"6000000")
        protection.unread = Step.BLOCK
        assert (await world.post(body))[0] == 403
        assert [len(one) for one in world.received] == [6_000_000]
        assert world.icap.server.about.room.held == 0


async def test_nothing_passes_while_limen_is_away(tmp_path: Path) -> None:
    async with squid_world(tmp_path, OwnProtection()) as world:
        assert (await world.post(NO_CARD))[0] == 200
        await world.icap.server.close()
        for body in (NO_CARD, CARD):
            assert (await world.post(body))[0] == 500
        assert len(world.received) == 1


async def test_nothing_passes_where_looking_or_the_journal_fails(tmp_path: Path) -> None:
    protection = OwnProtection(unread=Step.BLOCK)
    async with squid_world(tmp_path, protection) as world:
        for broken in ("asks", "inspect", "judge"):
            protection.broken = {broken}
            assert (await world.post(NO_CARD))[0] == 403
        protection.broken, protection.step = {"note"}, Step.WATCH
        assert (await world.post(CARD))[0] == 403
        assert world.received == []


@pytest.mark.gate("ICAP")
@pytest.mark.parametrize(
    "options", [(), ("-nopreview",), ("-no204",), ("-nopreview", "-no204"), ("-w", "10"), ("-206",)]
)
async def test_the_client_of_c_icap(tmp_path: Path, options: tuple[str, ...]) -> None:
    program = shutil.which("c-icap-client")
    if program is None:
        absent("C-ICAP IS NOT INSTALLED: its client was not tried (apt-get install c-icap)")
    async with icap_world(OwnProtection()) as world:
        for number, (body, refused) in enumerate([(CARD, True), (NO_CARD * 100, False), (NO_CARD * 90 + CARD, True)]):
            sent, got = tmp_path / f"sent{number}", tmp_path / f"got{number}"
            sent.write_bytes(body)
            for way in (("-s", "respmod"), ("-s", "reqmod", "-method", "REQMOD", "-req", "http://files.example/up")):
                process = await asyncio.create_subprocess_exec(
                    program, "-i", "127.0.0.1", "-p", str(world.port), *way, "-f", str(sent), "-o", str(got), *options,
                    stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
                )  # fmt: skip
                said, _ = await asyncio.wait_for(process.communicate(), 60)
                assert process.returncode == 0, said
                text = got.read_bytes() if got.exists() else b""
                got.unlink(missing_ok=True)
                assert (b"Payment card" in text) == refused, (way, said, text)
        assert world.server.counts["unreadable"] == 0
