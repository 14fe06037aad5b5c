"""What an attacker tries at the milter server: packets that are none, mails that hide something, borrowed names."""

from __future__ import annotations

import asyncio
import base64
from ipaddress import ip_network

import pytest
from tests.data.doors.milter_client import milter_world
from tests.data.doors.protecting import CARD, NO_CARD, OwnProtection
from tests.waiting import until

from limen.data.doors import milter
from limen.data.doors.milter_wire import packet
from limen.data.doors.spool import budget
from limen.data.rules.model import Step


async def test_whoever_is_not_named_gets_no_answer() -> None:
    async with milter_world(OwnProtection(), named=(ip_network("192.0.2.0/24"),)) as world:
        async with world.connected(agreed=False) as server:
            assert await server.is_over()
        assert world.server.counts["not-let-in"] == 1


@pytest.mark.parametrize(
    "wrong",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\xff\xff\xff\xff",
        b"\0\0\0\0",
        packet(b"?"),
        packet(b"R"),
        packet(b"R", b"no end"),
        packet(b"L", b"one\0"),
        packet(b"L", b"a\0b\0c\0"),
        packet(b"D", b"Mno end"),
        packet(b"O", b"\0"),
    ],
)
async def test_what_is_no_packet_ends_the_connection(wrong: bytes) -> None:
    async with milter_world(OwnProtection()) as world, world.connected() as server:
        await server.send(wrong)
        assert await server.is_over()
        assert world.server.counts["unreadable"] == 1
        assert not world.server.about.listener.open


async def test_recipients_without_end_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(milter, "MOST_RECIPIENTS", 10)
    async with milter_world(OwnProtection()) as world, world.connected() as server:
        await server.send(*[packet(b"R", b"<bob@other.example>\0")] * 11)
        assert await server.is_over()


async def test_a_connection_that_says_nothing_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(milter, "IDLE_SECONDS", 0.2)
    async with milter_world(OwnProtection()) as world, world.connected() as server:
        await server.send(b"\0\0\0\x05B")
        assert await server.is_over()


async def test_no_room_is_no_answer_and_so_no_pass() -> None:
    async with milter_world(OwnProtection(), room=budget(most=1_000)) as world:
        async with world.connected() as server:
            with pytest.raises(EOFError):
                await server.mail(b"x" * 2_000)
        async with world.connected() as server:
            assert await server.mail(NO_CARD) == [(b"c", b"")]
        assert world.server.about.room.held == 0


async def test_one_sender_keeps_no_room_from_the_others() -> None:
    """Whoever sends much at once is put off, by the address that they connect from or as whom they are signed in."""
    connects = packet(b"C", b"mx.other.example\x004\x00\x19192.0.2.7\0")
    async with (
        milter_world(OwnProtection(), room=budget(most=10_000)) as world,
        world.connected() as holding,
        world.connected() as same,
        world.connected() as other,
    ):
        for server in (holding, same):
            await server.send(connects)
        await holding.send(packet(b"M", b"<a@other.example>\0"), packet(b"B", b"x" * 2_000))
        await asyncio.sleep(0.05)
        with pytest.raises(EOFError):
            await same.mail(b"x" * 2_000, signed_in="")
        assert await other.mail(b"x" * 2_000) == [(b"c", b"")]


async def test_a_mail_that_is_never_ended_leaves_nothing_behind() -> None:
    async with milter_world(OwnProtection()) as world:
        async with world.connected() as server:
            await server.send(packet(b"M", b"<a@harbor.example>\0"), packet(b"B", b"x" * 10_000))
            await asyncio.sleep(0.05)
            assert world.server.about.room.held > 0
        await until(lambda: not world.server.about.listener.open)
        assert world.server.about.room.held == 0


@pytest.mark.parametrize("size", [1, 3, 1_000])
async def test_a_find_is_found_however_the_mail_is_cut_or_encoded(size: int) -> None:
    encoded = base64.encodebytes(CARD)
    async with milter_world(OwnProtection()) as world, world.connected() as server:
        for headers, body in (((), CARD), (("Content-Transfer-Encoding: base64",), encoded)):
            await server.send(
                packet(b"M", b"<a@harbor.example>\0"),
                packet(b"R", b"<bob@other.example>\0"),
                *(packet(b"L", "\0".join((*one.split(":", 1), "")).encode()) for one in headers),
                packet(b"N"),
                *(packet(b"B", body[at : at + size]) for at in range(0, len(body), size)),
                packet(b"E"),
            )
            assert (await server.answers())[-1][0] == b"y"


@pytest.mark.parametrize(
    "to", ["bob%other.example@harbor.example", "@other.example:bob@harbor.example", "bob@harbor.example.other.example"]
)
async def test_nobody_outside_looks_as_if_inside(to: str) -> None:
    async with milter_world(OwnProtection(only_outside=True)) as world, world.connected() as server:
        assert (await server.mail(CARD, to))[0][0] == b"y"


async def test_a_reason_counts_for_nobody_who_is_not_known() -> None:
    """Neither for a sender's address that anybody can write, nor for one who signed in as somebody Limen has not."""
    async with milter_world(OwnProtection(Step.WARN, may_justify=True)) as world, world.connected() as server:
        for name in ("", "mallory"):
            answers = await server.mail(CARD, subject="Hi [because: I am the boss]", signed_in=name)
            assert answers[0][0] == b"y"
        assert {passed for *_, passed, _ in world.protection.noted} == {False}


async def test_who_was_signed_in_before_is_so_no_more() -> None:
    async with milter_world(OwnProtection()) as world, world.connected() as server:
        await server.mail(CARD)
        await server.mail(CARD, signed_in="")
        assert [one[0].person for one in world.protection.noted] == ["p_ann", ""]


async def test_what_a_sender_writes_is_no_part_of_the_answer() -> None:
    async with milter_world(OwnProtection(Step.WARN, may_justify=True)) as world, world.connected() as server:
        answers = await server.mail(CARD, subject="a\n b [because: x\n y z and more]")
        assert all(b"\n" not in data for _, data in answers)


async def test_a_label_that_is_forged_does_not_stay() -> None:
    async with milter_world(OwnProtection()) as world, world.connected() as server:
        answers = await server.mail(NO_CARD, headers=("X-LIMEN-Label: public",))
        assert answers == [(b"m", b"\0\0\0\x01X-Limen-Label\0\0"), (b"c", b"")]
