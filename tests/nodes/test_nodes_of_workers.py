"""Two nodes of two real workers each over one PostgreSQL: all four decide, one leads, and a revocation returns only
when none of the four permits any more. Behind HAProxy workers are replaced and killed, and a node is started again.
"""

from __future__ import annotations

import asyncio
import itertools
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import text
from tests.nodes.fleet import Wire, an_app, until
from tests.nodes.haproxy import haproxy
from tests.ports import free_ports
from tests.postgresql import Cluster
from tests.supervising import company_of_workers
from tests.supervising.company_of_workers import HOST, Company, Revoker, answer, kill, revoker, sign_in
from tests.supervising.load import Load

from limen.storage import Database
from limen.storage.journal import Reader
from limen.storage.master_key import make_key_file
from limen.storage.postgresql_session import LEADER_LOCK

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
PEOPLE = 120
WORKERS = 2
REFUSALS_SECONDS, LEASE_SECONDS = 5.0, 3.0
ASKING = 8
"""The first of them ask through the balancer: nobody ends their sessions either."""
STAYS = PEOPLE - 1
"""Somebody whose session nobody ends."""


class Fleet:
    """Both nodes."""

    def __init__(self, nodes: dict[str, Company], database: Database) -> None:
        self.nodes, self.database = nodes, database
        self.to_end = iter(range(ASKING, STAYS))
        self.ended_ones: set[str] = set()

    async def registered(self, many: int) -> None:
        await asyncio.to_thread(until, lambda: len(self.database.workers.all()) == many)

    async def ended(self, one: Revoker, trials: int) -> None:
        """End sessions: once that has returned, none of these nodes permits them."""
        nodes = list(self.nodes.values())
        for number in itertools.islice(self.to_end, trials):
            await one.end_session(number)
            self.ended_ones.add(f"s_{number}")
            asked = [answer(node.check, node.ask(number)) for node in nodes for _ in range(3)]
            assert b"200" not in await asyncio.gather(*asked)

    async def permits(self, name: str) -> None:
        node = self.nodes[name]
        for _ in range(600):
            if await answer(node.check, node.ask(STAYS)) == b"200":
                return
            await asyncio.sleep(0.1)
        raise AssertionError(node.said.read_text()[-2_000:])

    def leaders(self) -> int:
        """How many connections hold the lock of whoever leads all nodes."""
        held = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = :lock")
        return self.database.read(lambda snapshot: snapshot.connection.scalar(held, {"lock": LEADER_LOCK})) or 0


def run(root: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "limen.cli.main", *words], capture_output=True, text=True, check=False, cwd=root
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def companies(folder: Path, cluster: Cluster, app: int) -> Iterator[tuple[dict[str, Company], str]]:
    with cluster.database() as url:
        target = str(cluster.folder / "run" / ".s.PGSQL.5432")
        database = url.partition("?")[0].rpartition("/")[2]
        wires = {name: Wire(target) for name in "ab"}
        nodes: dict[str, Company] = {}
        try:
            for name, wire in wires.items():
                (folder / name).mkdir()
                own = f"postgresql://limen@127.0.0.1:{wire.port}/{database}"
                nodes[name] = Company.make(folder / name / "harbor", app, WORKERS, own)
                data = nodes[name].root / "data"
                data.mkdir(mode=0o700, exist_ok=True)
                key = data / "master.key"
                key.unlink(missing_ok=True)
                shutil.copy(nodes["a"].root / "data" / "master.key", key) if name != "a" else make_key_file(key)
                (address,) = free_ports(1)
                run(nodes[name].root, "node", "join", ".", "--name", name, "--address", f"127.0.0.1:{address}")
            yield nodes, url
        finally:
            for node in nodes.values():
                node.end()
            for wire in wires.values():
                wire.shutdown()
                wire.server_close()


@pytest.fixture
async def fleet(postgresql: Cluster, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Fleet, Revoker]]:
    monkeypatch.setattr(company_of_workers, "SECONDS", 300)
    with TemporaryDirectory(prefix="nw-") as written, an_app() as app:
        folder = Path(written)
        with companies(folder, postgresql, app) as (nodes, url):
            for node in nodes.values():
                node.start()
            for node in nodes.values():
                await node.until_said(f"{WORKERS} workers answer.")
            database = Database.open(url)
            async with revoker(database) as one:
                both = Fleet(nodes, database)
                await one.feed.settled(database.write(lambda t: (sign_in(t, range(PEOPLE)), t.changed_seq)[1]))
                yield both, one
                for node in nodes.values():
                    await asyncio.to_thread(node.end)
            database.close()


async def test_two_nodes_of_two_workers_each(fleet: tuple[Fleet, Revoker], tmp_path: Path) -> None:
    both, one = fleet
    await both.registered(2 * WORKERS + 1)  # and whoever ends sessions here
    for name in both.nodes:
        await both.permits(name)
    await both.ended(one, 20)
    assert await asyncio.to_thread(both.leaders) == 1
    with haproxy(tmp_path, HOST, *[node.port for node in both.nodes.values()]) as https:
        await until_permitted(both, https)
        await replaced_and_restarted(both, https)
        await killed(both, one, https)
    await none_is_lost(both, "a")


async def none_is_lost(both: Fleet, on: str) -> None:
    """What was said of each session that ended is in the journal of this node, or in a copy that it has."""
    reader = Reader(both.nodes[on].root / "data" / "journal")

    def told() -> bool:
        return both.ended_ones <= {event.session for event in reader.of_kind("session.revoked", 0)}

    assert both.ended_ones
    await asyncio.to_thread(until, told)


async def until_permitted(both: Fleet, https: int) -> None:
    """Both nodes permit, as HAProxy has found by now, too."""
    for _ in range(100):
        load = Load(both.nodes["a"], https)
        await load.run(asyncio.create_task(asyncio.sleep(0.5)))
        if load.answered and not load.failed:
            return
    raise AssertionError(load.failed[:2])


async def replaced_and_restarted(both: Fleet, https: int) -> None:
    """The workers of one node are replaced, and no request fails. Then all of it is stopped and started again: on a
    machine with many times its work that may cut what it is answering to a client, once each at the most.
    """
    node = both.nodes["a"]
    load = Load(node, https)

    async def in_order() -> None:
        node.process.send_signal(signal.SIGHUP)
        await node.until_said("All workers were replaced.")
        assert unanswered(load) == []
        await asyncio.to_thread(node.end)
        node.start()
        await node.until_said(f"{WORKERS} workers answer.", 2)

    await load.run(asyncio.create_task(in_order()))
    assert len(unanswered(load)) <= ASKING
    assert load.answered > 100


def unanswered(load: Load) -> list[str]:
    """Requests of which the connection ended. On a machine with many times its work a lease may end, and then 503 is
    right: see `in_tests/sitecustomize.py`.
    """
    return [one for one in load.failed if not one.startswith("http/1.1 503")]


async def killed(both: Fleet, one: Revoker, https: int) -> None:
    """A worker of one node is killed, then its parent: the others answer within seconds, and nobody gets in for whom a
    revocation returns meanwhile.
    """
    node = both.nodes["b"]
    load = Load(node, https)

    async def by_force() -> None:
        assert kill(node.pids()[0])
        await both.ended(one, 3)
        assert kill(node.process.pid)
        began = time.monotonic()
        await both.ended(one, 3)
        assert time.monotonic() - began < 3 * (REFUSALS_SECONDS + LEASE_SECONDS)
        await asyncio.sleep(max(0.0, REFUSALS_SECONDS - (time.monotonic() - began)))
        load.failed.clear()
        await asyncio.sleep(2)

    await load.run(asyncio.create_task(by_force()))
    assert unanswered(load) == []
