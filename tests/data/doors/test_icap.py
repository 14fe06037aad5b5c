"""What the ICAP server answers, message by message (RFC 3507)."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator

import pytest
from tests.data.doors.icap_client import POST, IcapWorld, chunked, icap_world, reqmod, respmod
from tests.data.doors.protecting import CARD, NO_CARD, OwnProtection

from limen.data.documents import WhyNot
from limen.data.doors.spool import budget
from limen.data.rules import judging
from limen.data.rules.model import Channel, Step

ALLOW = "Allow: 204"


@pytest.fixture
async def world() -> AsyncIterator[IcapWorld]:
    async with icap_world(OwnProtection()) as made:
        yield made


@pytest.mark.parametrize(("path", "method"), [("reqmod", "REQMOD"), ("respmod", "RESPMOD")])
async def test_it_says_what_it_offers(world: IcapWorld, path: str, method: str) -> None:
    status, fields = await world.once(f"OPTIONS icap://limen/{path} ICAP/1.0\r\nHost: limen\r\n\r\n".encode())
    assert (status, fields["methods"], fields["allow"], fields["preview"]) == (200, method, "204", "1024")
    assert (fields["istag"], fields["encapsulated"]) == ('"r1"', "null-body=0")
    world.revision[0] = "r2"
    assert (await world.once(b"OPTIONS icap://limen/reqmod ICAP/1.0\r\n\r\n"))[1]["istag"] == '"r2"'


async def test_what_is_found_is_refused_with_a_page_that_names_it_and_never_its_value(world: IcapWorld) -> None:
    async with world.connected() as asked:
        await asked.send(reqmod(CARD, ALLOW))
        status, fields = await asked.head()
        head, page = await asked.modified(fields)
    assert (status, head[:12]) == (200, b"HTTP/1.1 403")
    assert b"Payment card" in page
    assert b"no-cards" in page
    assert b"Ida, extension 7" in page
    assert b"e1" in page
    assert b"4111" not in page
    assert b"no-store" in head
    ((passing, judged, passed, _),) = world.protection.noted
    assert (passing.channel, passing.app, passing.outside) == (Channel.WEB, "files.example", {"files.example"})
    assert (passing.name, judged.step, passed) == ("up", Step.BLOCK, False)


async def test_programs_and_germans_are_told_in_their_language(world: IcapWorld) -> None:
    async with world.connected() as asked:
        await asked.send(reqmod(CARD, head=b"POST http://files.example/ HTTP/1.1\r\n\r\n"))
        problem = json.loads((await asked.modified((await asked.head())[1]))[1])
        await asked.send(reqmod(CARD, head=POST[:-2] + b"Accept-Language: de\r\n\r\n"))
        page = (await asked.modified((await asked.head())[1]))[1].decode()
    assert (problem["kinds"], problem["rules"], problem["id"]) == (["Payment card"], ["no-cards"], "e1")
    assert '<html lang="de">' in page
    assert "gefunden" in page


async def test_204_is_answered_where_it_is_allowed_else_the_message_as_it_came(world: IcapWorld) -> None:
    async with world.connected() as asked:  # one connection for all: it is kept alive
        await asked.send(reqmod(NO_CARD, ALLOW))
        assert (await asked.head())[0] == 204
        await asked.send(reqmod(NO_CARD))
        status, fields = await asked.head()
        assert (status, await asked.modified(fields)) == (200, (POST, NO_CARD))
        await asked.send(reqmod(None))
        status, fields = await asked.head()
        assert (status, await asked.modified(fields)) == (200, (POST, b""))


@pytest.mark.parametrize("preview", [0, 1, 10, 1024])
@pytest.mark.parametrize("allow", [(), (ALLOW,)])
@pytest.mark.parametrize(("body", "refused"), [(CARD, True), (NO_CARD, False), (b"", False)])
async def test_previews_of_any_size(
    world: IcapWorld, preview: int, allow: tuple[str, ...], body: bytes, refused: bool
) -> None:
    async with world.connected() as asked:
        for _ in range(2):
            await asked.send(reqmod(body, *allow, preview=preview))
            status, fields = await asked.head()
            is_more = len(body) > preview
            assert (status == 100) == is_more
            if is_more:
                await asked.send(chunked(body[preview:]))
                status, fields = await asked.head()
            if refused:
                assert (await asked.modified(fields))[0].startswith(b"HTTP/1.1 403")
            elif allow or not is_more:
                assert status == 204
            else:
                assert await asked.modified(fields) == (POST, body)


async def test_a_preview_is_enough_where_nobody_asks_about_it() -> None:
    async with icap_world(OwnProtection(is_asked=False)) as world, world.connected() as asked:
        await asked.send(reqmod(CARD, preview=4))
        assert (await asked.head())[0] == 204
        await asked.send(reqmod(CARD))
        assert (await asked.modified((await asked.head())[1])) == (POST, CARD)
        assert world.protection.looks == 0


async def test_responses_are_judged_as_downloads(world: IcapWorld) -> None:
    async with world.connected() as asked:
        await asked.send(respmod(CARD, ALLOW))
        head, _ = await asked.modified((await asked.head())[1])
        assert head.startswith(b"HTTP/1.1 403")
        await asked.send(respmod(NO_CARD))
        assert await asked.modified((await asked.head())[1]) == (b"HTTP/1.1 200 OK\r\n\r\n", NO_CARD)
    (passing, *_), *_ = world.protection.noted
    assert (passing.channel, passing.app, passing.outside) == (Channel.DOWNLOAD, "files.example", frozenset())


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (b"Content-Encoding: gzip\r\n", gzip.compress(CARD, mtime=0)),
        (b"Content-Type: application/x-www-form-urlencoded\r\n", b"card=4111+1111%201111+1111&name=credit+card"),
        (
            b"Content-Type: multipart/form-data; boundary=b\r\n",
            b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\n' + CARD + b"\r\n--b--\r\n",
        ),
    ],
)
async def test_bodies_are_unpacked_before_they_are_looked_into(world: IcapWorld, head: bytes, body: bytes) -> None:
    async with world.connected() as asked:
        await asked.send(reqmod(body, ALLOW, head=POST[:-2] + head + b"\r\n"))
        assert (await asked.modified((await asked.head())[1]))[0].startswith(b"HTTP/1.1 403")


async def test_what_an_address_says_is_sent_too(world: IcapWorld) -> None:
    head = b"GET http://files.example/?q=credit+card+4111111111111111 HTTP/1.1\r\n\r\n"
    async with world.connected() as asked:
        await asked.send(reqmod(None, ALLOW, head=head))
        assert (await asked.modified((await asked.head())[1]))[0].startswith(b"HTTP/1.1 403")


async def test_a_body_that_is_too_large_is_judged_as_such_and_streamed_on_where_it_may_pass() -> None:
    body = b"x" * 300_000
    protection = OwnProtection(unread=Step.WATCH)
    async with icap_world(protection, room=budget(largest=100_000)) as world, world.connected() as asked:
        await asked.send(reqmod(body))
        assert await asked.modified((await asked.head())[1]) == (POST, body)
        await asked.send(reqmod(body, ALLOW))
        assert (await asked.head())[0] == 204
        protection.unread = Step.BLOCK
        await asked.send(reqmod(body))
        assert (await asked.modified((await asked.head())[1]))[0].startswith(b"HTTP/1.1 403")
        await asked.send(reqmod(NO_CARD, ALLOW))
        assert (await asked.head())[0] == 204
        assert WhyNot.TOO_LARGE in protection.inspected[0].why_not
        assert world.server.about.room.held == 0


async def test_the_person_is_who_a_named_proxy_says() -> None:
    async with icap_world(OwnProtection()) as world:
        for said, person in (("ann", "p_ann"), ("bob", "")):
            async with world.connected() as asked:
                await asked.send(reqmod(CARD, f"X-Authenticated-User: {said}"))
                await asked.head()
            assert world.protection.noted[-1][0].person == person
    async with icap_world(OwnProtection(), named=()) as world:  # this machine may connect, and is not believed
        await world.once(reqmod(CARD, "X-Authenticated-User: ann"))
        assert world.protection.noted[-1][0].person == ""


async def test_a_connection_ends_where_the_proxy_says_so(world: IcapWorld) -> None:
    async with world.connected() as asked:
        await asked.send(reqmod(NO_CARD, ALLOW, "Connection: close"))
        assert (await asked.head())[0] == 204
        assert await asked.is_over()


@pytest.mark.parametrize(("target", "goes_outside"), [(b"http://intranet.harbor.example/x", False), (b"/x", True)])
async def test_a_site_of_ones_own_is_not_outside(target: bytes, goes_outside: bool) -> None:
    protection = OwnProtection(Step.WATCH)
    async with icap_world(protection, domains=frozenset({"harbor.example"})) as world:
        head = b"POST " + target + b" HTTP/1.1\r\nHost: upload.example\r\n\r\n"
        await world.once(reqmod(CARD, "Allow: 204", head=head))
        ((passing, *_),) = protection.noted
        assert (judging.goes_outside(passing), bool(passing.outside)) == (goes_outside, goes_outside)
