"""What the milter server answers, mail by mail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from tests.data.doors.milter_client import MilterWorld, milter_world
from tests.data.doors.protecting import CARD, NO_CARD, OwnProtection

from limen.data.documents import WhyNot
from limen.data.doors.milter_wire import Leave, packet
from limen.data.doors.spool import budget
from limen.data.rules.model import Channel, Judged, Step
from limen.facts import Label


@pytest.fixture
async def world() -> AsyncIterator[MilterWorld]:
    async with milter_world(OwnProtection(only_outside=True)) as made:
        yield made


async def test_what_is_found_goes_outside_no_further_than_the_mail_server(world: MilterWorld) -> None:
    async with world.connected() as server:
        assert await server.mail(NO_CARD) == [(b"c", b"")]
        ((command, said),) = await server.mail(CARD, "bob@other.example", "ida@harbor.example")
        assert command == b"y"
        assert said.startswith(b"550 5.7.1 ")
        for one in (b"Payment card", b"no-cards", b"Ida, extension 7", b"e1"):
            assert one in said
        assert b"4111" not in said
        assert await server.mail(CARD, "ida@harbor.example") == [(b"c", b"")]
    ((passing, judged, passed, _),) = world.protection.noted
    assert (passing.channel, passing.person, passing.outside) == (Channel.MAIL, "p_ann", {"bob@other.example"})
    assert (judged.step, passed) == (Step.BLOCK, False)
    assert world.server.about.room.held == 0


async def test_a_warning_is_passed_by_who_signed_in_and_says_why_and_the_reason_goes_nowhere() -> None:
    reason = "[because: customer-asked]"
    async with milter_world(OwnProtection(Step.WARN, may_justify=True)) as world, world.connected() as server:
        ((command, said),) = await server.mail(CARD)
        assert (command, b"[because:" in said) == (b"y", True)
        answers = await server.mail(CARD, subject=f"Lunch {reason}")
        assert answers == [(b"m", b"\0\0\0\x01Subject\0 Lunch\0"), (b"c", b"")]
        ((command, said),) = await server.mail(CARD, subject=f"Lunch {reason}", signed_in="")
        assert (command, b"Sign in" in said) == (b"y", True)
        ((command, _),) = await server.mail(CARD, subject=f"Lunch {reason}", headers=(f"Subject: {reason}",))
        assert command == b"y"
    assert [(passed, why) for _, _, passed, why in world.protection.noted] == [
        (False, ""),
        (True, "justified"),
        (False, ""),
        (False, ""),
    ]
    assert world.reasons == [("e2", "p_ann", "customer-asked")]


async def test_quarantine_is_the_mail_servers_and_else_a_refusal() -> None:
    async with milter_world(OwnProtection(Step.QUARANTINE)) as world:
        async with world.connected() as server:
            (command, said), last = await server.mail(CARD)
            assert (command, last) == (b"q", (b"c", b""))
            assert b"no-cards" in said
        async with world.connected(agreed=False) as server:
            await server.agree(can=0x01)
            assert (await server.mail(CARD))[-1][0] == b"y"
    assert [passed for *_, passed, _ in world.protection.noted] == [False, False]


class Labelling(OwnProtection):
    def judge(self, passing, inspected) -> Judged:
        return Judged(Step.ALLOW, label=Label.CONFIDENTIAL)


async def test_the_label_is_a_header_and_only_ours_counts() -> None:
    async with milter_world(Labelling()) as world, world.connected() as server:
        assert await server.mail(NO_CARD) == [(b"h", b"X-Limen-Label\0 confidential\0"), (b"c", b"")]
        answers = await server.mail(NO_CARD, headers=("X-Limen-Label: public", "x-limen-label: public"))
        assert answers[:2] == [(b"m", b"\0\0\0\x02X-Limen-Label\0\0"), (b"m", b"\0\0\0\x01X-Limen-Label\0\0")]
        assert answers[2:] == [(b"h", b"X-Limen-Label\0 confidential\0"), (b"c", b"")]


async def test_all_of_a_mail_is_looked_into_as_it_was_written() -> None:
    seen: list[bytes] = []

    class Seeing(OwnProtection):
        async def inspect(self, body, name: str = "", owner: str = ""):
            seen.append(
                b"".join(
                    [piece async for piece in body.pieces()] if hasattr(body, "pieces") else [p async for p in body]
                )
            )
            return await super().inspect(seen[-1], name)

    async with milter_world(Seeing()) as world, world.connected() as server:
        await server.mail(b"body\r\n" * 20_000, subject="a\n\tb", headers=("X:y",))
        assert seen == [b"Subject: a\r\n\tb\r\nX:y\r\n\r\n" + b"body\r\n" * 20_000]
    async with milter_world(Seeing()) as world, world.connected(agreed=False) as server:
        await server.agree(leaves=0)
        assert server.leaves == 0
        for one in (
            packet(b"M", b"<>\0"),
            packet(b"R", b"<ida@harbor.example>\0"),
            packet(b"L", b"A\0b\0"),
            packet(b"N"),
        ):
            await server.send(one)
            assert await server.answers() == [(b"c", b"")]
        await server.send(packet(b"E", b"last"))
        assert await server.answers() == [(b"c", b"")]
        assert seen[-1] == b"A: b\r\n\r\nlast"


async def test_a_mail_that_is_too_large_is_judged_as_such() -> None:
    async with milter_world(OwnProtection(), room=budget(largest=100_000)) as world, world.connected() as server:
        assert (await server.mail(b"x" * 400_000))[0][0] == b"y"
        assert world.protection.inspected[0].why_not == {WhyNot.TOO_LARGE}
        assert await server.mail(NO_CARD) == [(b"c", b"")]


async def test_where_judging_fails_the_mail_is_sent_again_later() -> None:
    async with milter_world(OwnProtection(broken={"judge"})) as world, world.connected() as server:
        ((command, said),) = await server.mail(NO_CARD)
        assert (command, said[:9]) == (b"y", b"451 4.7.1")


async def test_several_mails_of_one_connection_are_apart(world: MilterWorld) -> None:
    async with world.connected() as server:
        assert server.leaves & Leave.BODY_UNANSWERED
        await server.send(
            packet(b"M", b"<a@harbor.example>\0"), packet(b"R", b"<x@other.example>\0"), packet(b"B", CARD)
        )
        await server.send(packet(b"A"))
        assert await server.mail(NO_CARD, signed_in="") == [(b"c", b"")]
        await server.send(packet(b"K"))
        await server.mail(CARD, signed_in="")
        assert world.protection.noted[-1][0].person == ""
        await server.send(packet(b"Q"))
        assert await server.is_over()
    await asyncio.sleep(0)
    assert world.server.about.room.held == 0
