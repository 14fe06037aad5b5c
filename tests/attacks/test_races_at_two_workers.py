"""What is good once is brought to two workers at the same instant, and one of them takes it. And a flood at one pushes
out nothing of anybody else's at the other.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest

from limen import browser_state
from limen.browser_state import BrowserStates, StateRefusedError
from limen.clock import MINUTE, SetClock, SystemClock
from limen.identity.guesses import PACES, Guesses
from limen.sso import kept_requests, seen_once
from limen.sso.kept_requests import KeptRequests, plain
from limen.sso.oidc.protocol import ProtocolRequest
from limen.sso.seen_once import SeenOfEach, SeenOnce
from limen.storage import Database
from limen.storage.kept_briefly import KeptBriefly, Shelf

TRIALS = 200
CODES = Shelf("codes", 10_000)
WIRE = ProtocolRequest("GET", "/oidc/authorize", {"client_id": ["a"]})
T = TypeVar("T")


@pytest.fixture
def two(where: str) -> Iterator[tuple[KeptBriefly, KeptBriefly]]:
    """Two workers over one database, each with a connection of its own."""
    clock = SetClock(SystemClock().now())  # however slow the machine is, no delay is over meanwhile
    one, other = (Database.open(where, clock=clock) for _ in range(2))
    yield one.kept_briefly, other.kept_briefly
    one.close()
    other.close()


def at_once(works: list[Callable[[], Awaitable[T]]]) -> list[T]:
    """What each comes to, each on a loop and a thread of its own, begun at the same instant."""
    begin = Barrier(len(works))

    def run(work: Callable[[], Awaitable[T]]) -> T:
        async def waited() -> T:
            return await work()

        begin.wait()
        return asyncio.run(waited())

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(run, works))


def winners(number: int, work: Callable[[int], Awaitable[object]]) -> int:
    """Of so many at once how many get something."""
    return sum(bool(one) for one in at_once([lambda worker=worker: work(worker) for worker in range(number)]))


def test_one_of_two_takes_a_state(two: tuple[KeptBriefly, KeptBriefly]) -> None:
    states = [BrowserStates(one) for one in two]

    async def taken(worker: int, state: str) -> bool:
        try:
            await states[worker % 2].take("app-login", b"browser", state.encode())
        except StateRefusedError as refused:
            return refused.word != "unknown"
        return True

    for trial in range(TRIALS):
        state = asyncio.run(states[trial % 2].issue("app-login", b"browser", {"to": "/"}, 30))
        assert winners(2, lambda worker, state=state: taken(worker, state)) == 1


def test_one_of_two_is_the_first(two: tuple[KeptBriefly, KeptBriefly]) -> None:
    end = SystemClock().now() + MINUTE
    once, each = [SeenOnce(one, "proofs") for one in two], [SeenOfEach(one, "proofs of each") for one in two]
    for trial in range(TRIALS // 2):
        assert winners(2, lambda worker, trial=trial: once[worker].is_first(f"jti {trial}", end)) == 1
        assert winners(2, lambda worker, trial=trial: each[worker].is_first(f"jti {trial}", "mia", end)) == 1


def test_one_of_two_uses_a_request_up(two: tuple[KeptBriefly, KeptBriefly]) -> None:
    kept = [KeptRequests(one, "pushed", plain(ProtocolRequest), 90) for one in two]
    for trial in range(TRIALS // 4):
        name = asyncio.run(kept[trial % 2].keep(WIRE, "a"))
        assert winners(2, lambda worker, name=name: kept[worker].take(name)) == 1


def test_two_workers_give_no_more_guesses_than_one(two: tuple[KeptBriefly, KeptBriefly]) -> None:
    guesses = [Guesses(one) for one in two]
    keys = [("person", "ada"), ("address", "192.0.2.0/24"), ("company", "")]

    async def many(worker: int) -> int:
        return [await guesses[worker].admit(keys[:: 1 - 2 * worker]) for _ in range(20)].count(0)

    assert sum(at_once([lambda worker=worker: many(worker) for worker in range(2)])) == PACES["person"].free + 1


def test_of_processes_one_takes_each(where: str) -> None:
    database = Database.open(where)
    kept, end = database.kept_briefly, SystemClock().now() + 10 * MINUTE
    for number in range(TRIALS):
        kept.do_here(lambda rows, number=number: rows.put(CODES, str(number), b"", end))
    program = f"""
import sys
from limen.storage import Database
from limen.storage.kept_briefly import Shelf
database = Database.open({where!r})
kept, codes = database.kept_briefly, Shelf({CODES.name!r}, {CODES.most})
kept.do_here(lambda rows: rows.count(codes))
print("ready", flush=True)
sys.stdin.readline()
print(sum(kept.do_here(lambda rows: rows.take(codes, str(number))) is not None for number in range({TRIALS})))
database.close()
"""
    begun = [
        subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for one in begun:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in begun:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    taken = [int(one.communicate(timeout=60)[0]) for one in begun]
    database.close()
    assert sum(taken) == TRIALS


def test_a_flood_at_one_worker_pushes_out_nothing_at_another(
    two: tuple[KeptBriefly, KeptBriefly], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (seen_once, kept_requests):
        monkeypatch.setattr(module, "MOST", 30)
        monkeypatch.setattr(module, "MOST_OF_A_SOURCE", 10)
    monkeypatch.setattr(browser_state, "MOST_OF_A_BROWSER", 10)
    (here, there), end = two, SystemClock().now() + MINUTE

    async def flood() -> None:
        states, seen = BrowserStates(here), SeenOfEach(here, "proofs")
        requests = KeptRequests(here, "pushed", plain(ProtocolRequest), 90)
        hers = await BrowserStates(there).issue("sign-in", b"hers", {}, 600)
        waiting = await KeptRequests(there, "pushed", plain(ProtocolRequest), 90).keep(WIRE, "her network")
        assert await SeenOfEach(there, "proofs").is_first("her proof", "mia", end)
        for number in range(80):
            await states.issue("sign-in", b"a browser that floods", {}, 600)
            await seen.is_first(f"proof {number}", f"flood {number % 3}", end)
            await requests.keep(WIRE, f"network {number % 3}")
        await BrowserStates(there).take("sign-in", b"hers", hers.encode())
        assert not await SeenOfEach(there, "proofs").is_first("her proof", "mia", end)
        assert await KeptRequests(there, "pushed", plain(ProtocolRequest), 90).look(waiting) == WIRE

    asyncio.run(flood())
    counts = [here.do_here(lambda rows, name=name: rows.count(Shelf(name, 0))) for name in _FLOODED]
    assert counts == [10, 31 - 1, 31 - 1]


_FLOODED = ("state: sign-in", "seen: proofs", "waiting: pushed")
