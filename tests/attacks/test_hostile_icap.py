"""What an attacker tries at the ICAP server: hold it, confuse it, hide what is sent, and speak for somebody else."""

from __future__ import annotations

import asyncio
import gzip
from ipaddress import ip_network

import pytest
from tests.data.doors.icap_client import POST, chunked, icap_world, reqmod
from tests.data.doors.protecting import CARD, NO_CARD, OwnProtection
from tests.waiting import until

from limen.admission import Limits
from limen.data.documents import WhyNot
from limen.data.doors import icap
from limen.data.doors.spool import budget

HASTY = Limits(head_seconds=0.3, body_seconds=0.3, body_bytes_per_second=1_000_000)
ALLOW = "Allow: 204"


async def test_whoever_is_not_named_gets_no_answer() -> None:
    async with icap_world(OwnProtection(), named=(ip_network("192.0.2.0/24"),)) as world:
        async with world.connected() as asked:
            assert await asked.is_over()
        assert world.server.counts["not-let-in"] == 1


@pytest.mark.parametrize(
    "begun",
    [
        b"REQMOD icap://limen/reqmod ICAP/1.0\r\nHost: li",
        b"REQMOD icap://limen/reqmod ICAP/1.0\r\nEncapsulated: req-hdr=0, req-body=500\r\n\r\nPOST",
        reqmod(b"x" * 100)[:-60],
    ],
)
async def test_a_message_that_never_ends_is_cut(begun: bytes) -> None:
    async with icap_world(OwnProtection(), limits=HASTY) as world, world.connected() as asked:
        await asked.send(begun)
        assert await asked.is_over()
        assert world.server.about.room.held == 0


async def test_a_connection_at_rest_ends_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(icap, "IDLE_SECONDS", 0.2)
    async with icap_world(OwnProtection(), limits=HASTY) as world, world.connected() as asked:
        assert await asked.is_over()


async def test_many_connections_at_rest_keep_nobody_out() -> None:
    async with icap_world(OwnProtection(), connections=8) as world:
        held = [await asyncio.open_connection("127.0.0.1", world.port) for _ in range(40)]
        assert (await world.once(reqmod(NO_CARD, ALLOW)))[0] == 204
        assert len(world.server.about.listener.open) <= 8
        for _, writer in held:
            writer.close()


async def test_a_second_message_hidden_in_the_first_is_none() -> None:
    hidden = reqmod(NO_CARD, ALLOW)
    async with icap_world(OwnProtection()) as world, world.connected() as asked:
        await asked.send(reqmod(hidden + CARD, ALLOW) + reqmod(NO_CARD, ALLOW))
        _, fields = await asked.head()
        assert (await asked.modified(fields))[0].startswith(b"HTTP/1.1 403")
        assert (await asked.head())[0] == 204
        assert world.protection.looks == 4  # of each its address and its body


async def test_offsets_that_hide_a_body_in_its_head_are_refused() -> None:
    for at in (len(POST) + len(CARD), len(POST) - 2):
        said = reqmod(CARD, ALLOW).replace(b"req-body=%d" % len(POST), b"req-body=%d" % at)
        async with icap_world(OwnProtection()) as world:
            assert (await world.once(said))[0] == 400
            assert world.server.counts["unreadable"] == 1


@pytest.mark.parametrize("size", [1, 2, 7])
@pytest.mark.parametrize("preview", [1, 20])
async def test_a_find_is_found_however_it_is_cut(size: int, preview: int) -> None:
    rest = CARD[preview:]
    pieces = b"".join(
        b"%x\r\n%s\r\n" % (len(one), one) for at in range(0, len(rest), size) for one in [rest[at : at + size]]
    )
    async with icap_world(OwnProtection()) as world, world.connected() as asked:
        await asked.send(reqmod(CARD, ALLOW, preview=preview))
        assert (await asked.head())[0] == 100
        await asked.send(pieces + b"0\r\n\r\n")
        assert (await asked.modified((await asked.head())[1]))[0].startswith(b"HTTP/1.1 403")


async def test_a_preview_may_not_be_longer_than_it_said() -> None:
    async with icap_world(OwnProtection(is_asked=False)) as world:
        said = reqmod(CARD, ALLOW, preview=1).replace(chunked(CARD[:1], b"0"), chunked(CARD, b"0"))
        assert (await world.once(said))[0] == 400


async def test_a_bomb_is_too_large_and_holds_nothing() -> None:
    bomb = gzip.compress(b"\0" * 120_000_000)
    async with icap_world(OwnProtection()) as world, world.connected() as asked:
        await asked.send(reqmod(bomb, ALLOW, head=POST[:-2] + b"Content-Encoding: gzip\r\n\r\n"))
        assert (await asked.modified((await asked.head())[1]))[0].startswith(b"HTTP/1.1 403")
        assert world.protection.inspected[0].why_not == {WhyNot.TOO_LARGE}
        assert world.server.about.room.held == 0


async def test_no_room_is_no_pass() -> None:
    async with icap_world(OwnProtection(), room=budget(most=1_000)) as world:
        assert (await world.once(reqmod(b"x" * 2_000, ALLOW)))[0] == 503
        assert (await world.once(reqmod(NO_CARD, ALLOW)))[0] == 204
        assert world.server.about.room.held == 0


async def test_one_sender_keeps_no_room_from_the_others() -> None:
    """By the address that a proxy says, or as whom they are signed in there."""
    mine, others = "X-Client-IP: 192.0.2.7", "X-Client-IP: 192.0.2.8"
    async with icap_world(OwnProtection(), room=budget(most=10_000)) as world, world.connected() as asked:
        await asked.send(reqmod(b"x" * 2_000, ALLOW, mine)[:-5])  # which is never ended
        await asyncio.sleep(0.1)
        assert (await world.once(reqmod(b"x" * 2_000, ALLOW, mine)))[0] == 503
        assert (await world.once(reqmod(b"x" * 2_000, ALLOW, others)))[0] == 204


async def test_a_size_that_nothing_follows_holds_nothing() -> None:
    async with icap_world(OwnProtection()) as world, world.connected() as asked:
        await asked.send(reqmod(None).replace(b"null-body", b"req-body") + b"ffffffff\r\nxy")
        await asyncio.sleep(0.1)
        assert world.server.about.room.held <= 2


async def test_whoever_goes_away_midway_leaves_nothing_behind() -> None:
    async with icap_world(OwnProtection()) as world:
        for cut in (10, 150, 250, 280):
            async with world.connected() as asked:
                await asked.send(reqmod(CARD, ALLOW)[:cut])
        await until(lambda: not world.server.about.listener.open)
        assert not world.server.about.listener.open
        assert world.server.about.room.held == 0
        assert (await world.once(reqmod(NO_CARD, ALLOW)))[0] == 204


async def test_a_card_behind_the_end_of_a_form_is_found() -> None:
    form = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--b--\r\n' + CARD
    head = POST[:-2] + b"Content-Type: multipart/form-data; boundary=b\r\n\r\n"
    async with icap_world(OwnProtection()) as world, world.connected() as asked:
        await asked.send(reqmod(form, ALLOW, head=head))
        assert (await asked.modified((await asked.head())[1]))[0].startswith(b"HTTP/1.1 403")
        assert world.protection.inspected[0].found.findings


async def test_names_of_people_are_not_believed_from_elsewhere_and_said_once() -> None:
    async with icap_world(OwnProtection(), named=()) as world:
        await world.once(reqmod(CARD, "X-Authenticated-User: ann"))
        assert world.protection.noted[-1][0].person == ""
    async with icap_world(OwnProtection()) as world:
        said = reqmod(CARD, "X-Authenticated-User: bob", "X-Authenticated-User: ann")
        assert (await world.once(said))[0] == 400
