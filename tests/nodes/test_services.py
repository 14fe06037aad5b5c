from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.nodes.machines import Machines, until

from limen.clock import SystemClock
from limen.events import Event
from limen.facts import FactStore
from limen.identity.store import erasure
from limen.nodes import store
from limen.nodes.model import Node, NodeUnfitError
from limen.nodes.services import NodeServices, load
from limen.privacy.own_chain import OwnChainJob
from limen.storage import Database, Feed, Transaction
from limen.storage.journal import verify


@pytest.fixture
def on(tmp_path: Path) -> Callable[[Callable[[Machines], Awaitable[None]]], None]:
    """Runs a story of machines, and stops them."""
    assert erasure.erased_people is not None  # the table that erasing reads is declared

    def run(story: Callable[[Machines], Awaitable[None]]) -> None:
        async def whole() -> None:
            machines = Machines(tmp_path, f"sqlite:///{tmp_path / 'limen.db'}")
            try:
                await story(machines)
            finally:
                await machines.close()

        asyncio.run(whole())

    return run


def failed() -> Event:
    return Event(at=SystemClock().now(), kind="sign_in.failed")


def test_what_one_writes_the_others_have_at_once(on: Callable[..., None]) -> None:
    async def story(machines: Machines) -> None:
        a, b, c = [await machines.start(name) for name in "abc"]
        ids = [await asyncio.to_thread(machine.record, failed()) for machine in (a, b, c)]
        wanted = {one for each in ids for one in each}
        for machine in (a, b, c):
            await until(lambda machine=machine: machine.journal.reader.holds(wanted) == wanted)
            await until(lambda machine=machine: wanted <= {event.id for event in machine.journal.recent(50)})
            report = await asyncio.to_thread(verify, machine.root, machine.services.core.keyring.journal_keys)
            assert report.ok, report.problems

    on(story)


def test_an_acknowledged_event_leaves_the_database_when_a_second_node_has_it(on: Callable[..., None]) -> None:
    async def story(machines: Machines) -> None:
        a = await machines.start("a")
        b_node = machines.node("b")
        machines.join(b_node)
        await machines.meet()
        said = (await a.database.writing(lambda t: t.say(failed()))).id
        await a.journal.settled()
        await until(lambda: a.journal.waiting_for_a_copy == 1)
        assert {figure.name: figure.value for figure in a.services.figures()}["limen_events_on_one_node"] == 1
        b = await machines.start("b", node=b_node)
        await until(lambda: a.journal.waiting_for_a_copy == 0)
        assert b.journal.reader.holds([said]) == {said}
        await until(lambda: a.services.seen()["b"].since > 0)
        await until(lambda: a.services.lacks() == {"b": 0})
        a.services._acknowledged["b"] = {a.journal.writer: a.journal.reach - 3}
        assert a.services.lacks()["b"] >= 3

    on(story)


def test_a_node_that_is_away_is_followed_again(on: Callable[..., None]) -> None:
    async def story(machines: Machines) -> None:
        a, b = await machines.start("a"), await machines.start("b")
        node = b.services.own
        await machines.stop("b")
        await until(lambda: a.services.seen()["b"].since == 0 and a.services.seen()["b"].wrong)
        (missed,) = await asyncio.to_thread(a.record, failed())
        b = await machines.start("b", node=node)
        await until(lambda: b.journal.reader.holds([missed]))
        await until(lambda: a.services.seen()["b"].since > 0)

    on(story)


def test_a_lost_disk_comes_back_from_the_others_under_another_chain(on: Callable[..., None]) -> None:
    async def story(machines: Machines) -> None:
        a, b = await machines.start("a"), await machines.start("b")
        (first,) = await asyncio.to_thread(a.record, failed())
        await until(lambda: b.journal.reader.holds([first]))
        shutil.rmtree((await machines.stop("a")).root)
        a = await machines.start("a", disk="d2")
        await until(lambda: a.journal.reader.holds([first]))
        assert a.journal.writer == "a-d2"

    on(story)


def test_a_node_that_was_removed_is_told_nothing_and_does_not_start(on: Callable[..., None]) -> None:
    async def story(machines: Machines) -> None:
        a, b = await machines.start("a"), await machines.start("b")
        await until(lambda: b.services.seen()["a"].since > 0)
        await a.database.writing(lambda t: store.remove(t.connection, "b"))
        a.services.meet(await a.database.reading(lambda s: store.all_nodes(s.connection)))
        (secret,) = await asyncio.to_thread(a.record, failed())
        await until(lambda: b.services.seen()["a"].since == 0)
        assert not b.journal.reader.holds([secret])
        with pytest.raises(NodeUnfitError):
            await b.services._registered()

    on(story)


def test_erasing_reaches_the_chain_and_the_copies_of_each_node(on: Callable[..., None]) -> None:
    async def story(machines: Machines) -> None:
        a, b = await machines.start("a"), await machines.start("b")
        (theirs,) = await asyncio.to_thread(
            a.record, Event(at=SystemClock().now(), kind="sign_in.succeeded", actor="p1")
        )
        await until(lambda: b.journal.reader.holds([theirs]))
        await a.database.writing(
            lambda t: t.connection.exec_driver_sql(
                f"insert into erased_people (person_id, at) values ('p1', {SystemClock().now()})"
            )
        )
        for machine in (a, b):
            await asyncio.to_thread(machine.services.look_after)
        own = OwnChainJob(a.database, a.journal, 90, SystemClock())
        assert await asyncio.to_thread(own.look) == 1
        await asyncio.to_thread(a.record, failed())  # begins the next segment, so that the copy closes its own
        await until(lambda: b.services._copies._kept["a-d1"].sealing.sealed.segments)
        await asyncio.to_thread(b.services.look_after)
        for machine in (a, b):
            assert not machine.journal.reader.holds([theirs])
            report = await asyncio.to_thread(verify, machine.root, machine.services.core.keyring.journal_keys)
            assert (report.ok, report.erased) == (True, 1), report.problems

    on(story)


def is_gone(transaction: Transaction) -> None:
    store.remove(transaction.connection, "b")
    transaction.changed(store.CHANGE, "b")


def is_on_another_disk(transaction: Transaction) -> None:
    store.add(transaction.connection, Node("b", "127.0.0.1:3", "d2"), 2)
    transaction.changed(store.CHANGE, "b")


@pytest.mark.parametrize("taken", [is_gone, is_on_another_disk])
def test_a_node_that_is_removed_while_it_runs_decides_nothing(
    tmp_path: Path, taken: Callable[[Transaction], None]
) -> None:
    database = Database.open(tmp_path / "limen.db")
    own = Node("b", "127.0.0.1:2", "d1")
    for node in (Node("a", "127.0.0.1:1", "d1"), own):
        database.write(lambda t, node=node: store.add(t.connection, node, 1))

    def feed_of(known: FactStore) -> Feed:
        core: Any = SimpleNamespace(known=known)
        services, feed = NodeServices(core, own), Feed(database, known)
        feed.at_start(load, services.meet)
        feed.on(store.CHANGE, lambda snapshot, _name: load(snapshot), lambda _name, found: services.meet(found))
        return feed

    async def story() -> None:
        known = FactStore()
        feed = feed_of(known)
        await feed.start()
        assert known.lease_until
        seq = feed.seq
        await database.writing(taken)
        await until(lambda: not known.lease_until and feed._trouble)
        assert (feed.seq, feed._trouble.split()[:2]) == (seq, ["node", "b"])
        await feed.stop()
        with pytest.raises(NodeUnfitError):
            await feed_of(FactStore()).start()

    asyncio.run(story())
    database.close()
