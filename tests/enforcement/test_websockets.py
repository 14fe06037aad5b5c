from __future__ import annotations

import asyncio
import socket
from dataclasses import replace

import pytest
from tests.enforcement.house import House, Ticking, gateway
from tests.enforcement.upstream import upstream
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from limen.clock import HOUR


@pytest.fixture
async def town():
    async with upstream() as app:
        house = House(clock=Ticking(), upstream=app.url)
        async with gateway(house) as port:
            yield house, app, port


async def open_to(port, cookie="", *, host="wiki.harbor.example", origin=None, **options):
    sock = socket.socket()
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
    headers = {"Cookie": cookie} if cookie else {}
    return await connect(
        f"ws://{host}:{port}/ws", additional_headers=headers, origin=origin, proxy=None, sock=sock, **options
    )


async def test_messages_go_both_ways_text_and_bytes(town):
    house, app, port = town
    there = await open_to(port, house.cookie() + "; a=1", subprotocols=["chat"])
    for message in ("hello", b"\0\1", "x" * 100_000):
        await there.send(message)
        assert await there.recv() == message
    assert there.subprotocol == "chat"
    assert app.last["headers"]["x-limen-user"] == "ana"
    assert app.last["headers"]["cookie"] == "a=1"
    assert app.last["headers"]["host"].startswith("wiki.harbor.example")
    await there.close()


async def test_the_apps_own_goodbye_arrives(town):
    house, _, port = town
    there = await open_to(port, house.cookie())
    await there.send("bye")
    with pytest.raises(ConnectionClosed) as closed:
        await there.recv()
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4001, "as you like")


@pytest.mark.parametrize("how", ["person", "session", "company", "left"])
async def test_it_is_cut_when_what_let_it_in_is_gone(town, how):
    house, _, port = town
    root = house.sign_in()
    there = await open_to(port, f"__Host-limen-app={house.app_session(root=root)}")
    await there.send("hello")
    assert await there.recv() == "hello"
    soon = house.clock.now() + 1
    if how == "left":
        house.known.people.put(replace(house.known.people["ana"], active=False))
    else:
        subject = {"person": ("person", "ana"), "session": ("session", root.id), "company": ("company", "")}[how]
        house.known.set_not_before(subject, soon)
    with pytest.raises(ConnectionClosed) as closed:
        await asyncio.wait_for(there.recv(), 60)
    assert closed.value.rcvd.code == 1008
    (event,) = [event for event in house.journal.events if event.kind == "stream.cut"]
    assert event.reason == ("person-inactive" if how == "left" else "session-revoked")
    assert event.actor == "ana"


async def test_it_is_cut_when_a_group_is_lost_and_stays_when_nothing_that_matters_changes(town):
    house, _, port = town
    there = await open_to(port, house.cookie())
    house.known.people.put(replace(house.known.people["bo"], name="Robert"))
    await asyncio.sleep(0.1)
    await there.send("still here")
    assert await there.recv() == "still here"
    house.known.people.put(replace(house.known.people["ana"], groups=frozenset()))
    with pytest.raises(ConnectionClosed) as closed:
        await asyncio.wait_for(there.recv(), 60)
    assert closed.value.rcvd.code == 1008
    assert house.journal.reasons("stream.cut") == ["nothing-permits"]


async def test_it_is_cut_when_the_lease_runs_out(town):
    house, _, port = town
    there = await open_to(port, house.cookie())
    house.known.lease_until = 0.0
    with pytest.raises(ConnectionClosed):
        await asyncio.wait_for(there.recv(), 60)
    assert house.journal.reasons("stream.cut") == ["lease-expired"]


async def test_it_is_cut_when_its_session_ends_by_itself():
    async with upstream() as app:
        house = House(clock=Ticking(), upstream=app.url)
        root = house.sign_in()
        token = house.app_session(root=root)
        child = next(s for s in house.known.sessions.values() if s.app == "wiki")
        from hashlib import sha256

        house.known.sessions.put(sha256(token.encode()).digest(), replace(child, expires_at=house.clock.now() + 700))
        async with gateway(house) as port:
            there = await open_to(port, f"__Host-limen-app={token}")
            await there.send("hello")
            assert await there.recv() == "hello"
            with pytest.raises(ConnectionClosed):
                await asyncio.wait_for(there.recv(), 60)
    assert house.journal.reasons("stream.cut") == ["session-ended"]


async def test_talking_counts_as_use(town):
    house, _, port = town
    there = await open_to(port, house.cookie())
    house.clock.ahead += HOUR
    await there.send("hello")
    assert await there.recv() == "hello"
    (root,) = [s for s in house.known.sessions.values() if not s.app]
    assert house.known.last_used(root.id) >= house.clock.now() - 5_000


@pytest.mark.parametrize(
    ("cookie", "host", "origin", "status"),
    [
        ("", "wiki.harbor.example", None, 401),
        ("ana", "payroll.harbor.example", None, 401),
        ("ana", "evil.example", None, 403),
        ("ana", "wiki.harbor.example", "https://payroll.harbor.example", 403),
        ("ana", "wiki.harbor.example", "https://evil.example", 403),
    ],
)
async def test_a_handshake_that_is_not_permitted_gets_an_answer_and_no_socket(town, cookie, host, origin, status):
    house, app, port = town
    with pytest.raises(InvalidStatus) as refused:
        await open_to(port, house.cookie() if cookie else "", host=host, origin=origin)
    assert refused.value.response.status_code == status
    assert not app.requests


async def test_a_page_of_the_app_itself_may_connect(town):
    house, _, port = town
    there = await open_to(port, house.cookie(), origin="https://wiki.harbor.example")
    await there.send("hello")
    assert await there.recv() == "hello"


async def test_an_app_that_is_down_is_a_bad_gateway(town):
    house, _, port = town
    house.known.set_company(
        [replace(app, upstream=replace(app.upstream, url="http://127.0.0.1:9")) for app in house.known.apps.values()],
        house.known.groups.values(),
    )
    with pytest.raises(InvalidStatus) as refused:
        await open_to(port, house.cookie())
    assert refused.value.response.status_code == 502
    assert len(house.journal.reasons("upstream.failed")) == 1
