"""PostgreSQL away, hung, crashed, read-only or put back in time, under a whole Limen: decisions go on to the end of the
lease, then every door says why it is shut, and all of it comes back by itself. Nothing acknowledged is lost.
"""

from __future__ import annotations

import asyncio
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select
from tests.company.company_folder import change
from tests.company.small_folder import small_folder
from tests.postgresql import Cluster, cluster
from tests.test_app import answered

from limen.app import Limen, open_limen
from limen.company.load import load_company
from limen.errors import LimenError
from limen.events import Event
from limen.identity.store.tables import people
from limen.policy.decision import Named
from limen.storage import Transaction, change_feed
from limen.storage.errors import DatabaseReadOnlyError, StorageError
from limen.storage.tables import outbox

pytestmark = pytest.mark.slow
LEASE_SECONDS = 3.0
REVOKED = Event(at=1, kind="session.revoked")
ADA = {"id": "p_ada", "name": "Ada", "email": "a@harbor.example", "status": "active", "created_at": 1}


@pytest.fixture(scope="module")
def one_server() -> Iterator[Cluster]:
    with cluster() as running:
        yield running


@pytest.fixture(autouse=True)
def the_real_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most tests run with a long one, because of loaded machines."""
    monkeypatch.setattr(change_feed, "LEASE_SECONDS", LEASE_SECONDS)


@pytest.fixture
def server(one_server: Cluster) -> Iterator[Cluster]:
    yield one_server
    one_server.go_on()
    if not one_server.is_running:
        one_server.start()


def was_shut(event: Event) -> bool:
    return event.decision is not None and event.decision.reasons == ("lease-expired",)


class Company:
    """A Limen over a database of its own, and somebody who writes as long as it goes."""

    def __init__(self, limen: Limen) -> None:
        self.limen = limen
        self.acknowledged: list[str] = []
        self.refused: list[LimenError] = []
        self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        while True:
            try:
                said = await self.limen.database.writing(lambda transaction: transaction.say(REVOKED))
                self.acknowledged.append(said.id)
            except StorageError as error:
                self.refused.append(error)
            await asyncio.sleep(0.02)

    async def until(self, is_so: Callable[[], bool], seconds: float = 30) -> None:
        async with asyncio.timeout(seconds):
            while not is_so():  # noqa: ASYNC110 -- the world outside tells nobody when it changes
                await asyncio.sleep(0.02)

    async def shut(self) -> None:
        await self.until(lambda: self.limen.doors.shut() is Named.LEASE_EXPIRED)

    async def open(self) -> None:
        await self.until(lambda: self.limen.doors.shut() is None)
        before = len(self.acknowledged)
        await self.until(lambda: len(self.acknowledged) > before)

    async def everything_is_kept_once(self) -> None:
        self._writing.cancel()
        await asyncio.gather(self._writing, return_exceptions=True)
        journal = self.limen.journal
        await self.until(
            lambda: not self.limen.database.read(lambda s: s.connection.scalars(select(outbox.c.id)).all())
        )
        journal.flush()
        held = [event.id for event in journal.recent(10_000, where=lambda event: event.kind == "session.revoked")]
        assert set(self.acknowledged) <= set(held)
        assert len(held) == len(set(held))


async def opened(closing: AsyncExitStack, server: Cluster, tmp_path: Path) -> Company:
    root = small_folder(tmp_path)
    url = closing.enter_context(server.database())
    change(root, "limen.toml", "[storage]", f'[database]\nurl = "{url}"\n\n[storage]')
    company = load_company(root)
    return Company(await open_limen(closing, company.settings, root, lambda: company))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL, signal.SIGSTOP])
async def test_away_crashed_and_hung(server: Cluster, tmp_path: Path, how: signal.Signals) -> None:
    async with AsyncExitStack() as closing:
        here = await opened(closing, server, tmp_path)
        await here.until(lambda: len(here.acknowledged) > 5)
        loop = asyncio.get_running_loop()
        since = loop.time()
        server.hang() if how is signal.SIGSTOP else server.stop(how)
        assert await answered(here.limen, "wiki.harbor.localhost:8080") == 401  # sign in
        await here.shut()
        assert loop.time() - since > LEASE_SECONDS - change_feed.RENEW_SECONDS - 0.5
        assert await answered(here.limen, "wiki.harbor.localhost:8080") == 503
        await here.until(lambda: bool(here.limen.journal.recent(1, where=was_shut)))
        server.go_on() if how is signal.SIGSTOP else server.start()
        await here.open()
        assert here.refused or how is signal.SIGSTOP
        await here.everything_is_kept_once()


async def test_read_only(server: Cluster, tmp_path: Path) -> None:
    async with AsyncExitStack() as closing:
        here = await opened(closing, server, tmp_path)
        await here.until(lambda: len(here.acknowledged) > 1)
        server.sql("ALTER SYSTEM SET default_transaction_read_only = on")
        server.sql("SELECT pg_reload_conf()")
        await here.shut()
        assert any(isinstance(one, DatabaseReadOnlyError) for one in here.refused)
        server.sql("ALTER SYSTEM RESET default_transaction_read_only")
        server.sql("SELECT pg_reload_conf()")
        await here.open()
        await here.everything_is_kept_once()


async def test_put_back_in_time_as_by_a_failover_to_a_copy_that_lagged(server: Cluster, tmp_path: Path) -> None:
    """Numbers are drawn a second time then, for other changes. Whoever went on from the last one would miss them."""
    async with AsyncExitStack() as closing:
        here = await opened(closing, server, tmp_path)

        def hire(status: str) -> Callable[[Transaction], None]:
            def work(transaction: Transaction) -> None:
                transaction.connection.execute(delete(people).where(people.c.id == ADA["id"]))
                transaction.connection.execute(insert(people), [ADA | {"status": status}])
                transaction.changed("person", "p_ada")

            return work

        def is_active() -> bool:
            person = here.limen.known.people.get("p_ada")
            return person is not None and person.active

        await here.limen.database.writing(hire("active"))
        await here.until(is_active)
        server.stop()
        copy = tmp_path / "standby"
        shutil.copytree(server.data, copy, symlinks=True)
        server.start()
        await here.open()
        for _ in range(20):
            await here.limen.database.writing(hire("active"))
        server.stop()
        server.put_back(copy)
        server.start()
        await here.open()
        gone = await here.limen.database.writing(lambda t: [hire("suspended")(t), t.changed_seq][1])
        await here.limen.core.feed.settled(gone)
        assert not is_active()
        said = await here.limen.database.writing(lambda t: t.say(REVOKED))
        await here.until(lambda: here.limen.journal.reader.find(said.id) is not None)
        here._writing.cancel()
