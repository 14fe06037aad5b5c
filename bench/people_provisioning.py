"""Accounts that Limen keeps at an app: a real SCIM server (scim2-server) in a process of its own.

`provision_s`: from the commit that makes so many people until the app has an account of each. `bare_s`: the same
accounts made by the same client, as many at a time, and nothing else: what the app itself takes.
`leave_ms_p95`: from the commit that somebody leaves until the app shows them as deactivated.
`leave_while_filling_ms_max`: the same while as many accounts again are being made.
`compare_s`: all accounts read, and held against what they should be.

    python bench/people_provisioning.py --json --people 500
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

LEAVERS = 20
AT_ONCE = 8
WAIT_SECONDS = 300.0


def provisioning(people: int) -> dict[str, float]:
    return asyncio.run(_provisioning(people))


async def _provisioning(people: int) -> dict[str, float]:
    from limen.sso.provisioning.model import State

    bare = await _bare(people)
    async with _wiki() as (wiki, client):

        def names(prefix: str) -> list[str]:
            return [f"{prefix}{number}" for number in range(people)]

        def made() -> int:
            return sum(one.state is State.ACTIVE for one in wiki.accounts().values())

        began = time.perf_counter()
        ids = await wiki.staff(*names("p"))
        await _until(lambda: made() == people)
        filled = time.perf_counter() - began
        assert len(await client.every()) == people
        quiet = [await _leaves(wiki, client, one) for one in ids[:LEAVERS]]
        began = time.perf_counter()
        await wiki.compared()
        compared = time.perf_counter() - began
        assert not wiki.state().error
        await wiki.staff(*names("q"))
        busy = [await _leaves(wiki, client, one) for one in ids[LEAVERS : LEAVERS * 2]]
        still_filling = made() < 2 * people - 2 * LEAVERS
        await _until(lambda: made() == 2 * people - 2 * LEAVERS)
    return {
        "people": people,
        "provision_s": round(filled, 2),
        "bare_s": round(bare, 2),
        "ratio_provision": round(filled / bare, 2),
        "leave_ms_p95": round(_p95(quiet)),
        "leave_while_filling_ms_max": round(max(busy)),
        "was_filling": float(still_filling),
        "compare_s": round(compared, 2),
    }


async def _leaves(wiki: Any, client: Any, person_id: str) -> float:
    from limen.pillar import Provisioned

    core = wiki.house.limen.core
    (held,) = [one for one in wiki.accounts().values() if one.person_id == person_id]
    began = time.perf_counter()
    await wiki.let_go(person_id)

    async def is_off() -> bool:
        return not (await client.get(held.remote_id)).is_active

    await _until(is_off, every=0.005)
    took = (time.perf_counter() - began) * 1_000
    offered = core.offers.take(Provisioned)
    await _until(lambda: not core.database.read(lambda s: offered.of(s, person_id))[0].is_outstanding)
    return took


async def _bare(people: int) -> float:
    from tests.scim_app import TOKEN

    from limen.connectors.scim.client import ScimApp
    from limen.connectors.scim.users import SentUser
    from limen.connectors.vendor_client import VendorClient
    from limen.enforcement.resolving import Resolver

    with _server() as url:
        http = VendorClient(url, Resolver)
        client = ScimApp(http, TOKEN)
        users = iter([SentUser(f"x{n}", f"b{n}@harbor.example", f"B{n} Lind", "") for n in range(people)])

        async def one_after_another() -> None:
            for user in users:
                await client.create(user)

        began = time.perf_counter()
        await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))
        took = time.perf_counter() - began
        await http.close()
        return took


@asynccontextmanager
async def _wiki() -> AsyncIterator[tuple[Any, Any]]:
    """Limen at work on Harbor's folder, which keeps accounts in an app; and a client of that app to look with."""
    from tests.scim_app import TOKEN, ScimApp as There
    from tests.sso.provisioning.at_wiki import AtWiki, write
    from tests.web.conftest import move_in

    from limen.connectors.scim.client import ScimApp
    from limen.connectors.vendor_client import VendorClient
    from limen.enforcement.resolving import Resolver

    async with AsyncExitStack() as closing:
        there = There(url=closing.enter_context(_server()))
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="people-")))
        house = await move_in(closing, folder / "harbor", lambda at: write(there, at))
        wiki = AtWiki(house, there)
        await wiki.connect()
        http = VendorClient(there.url, Resolver)
        closing.push_async_callback(http.close)
        yield wiki, ScimApp(http, TOKEN)


@contextmanager
def _server() -> Iterator[str]:
    from tests.ports import free_port
    from tests.scim_app import TOKEN

    port = free_port()
    program = str(Path(sys.executable).with_name("scim2-server"))
    there = subprocess.Popen(
        [program, "--hostname", "127.0.0.1", "--port", str(port), "--bearer-token", TOKEN],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            with socket.socket() as looking:
                if looking.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/v2"
    finally:
        there.terminate()
        there.wait()


async def _until(is_so: Callable[[], bool | Awaitable[bool]], every: float = 0.05) -> None:
    ends = time.perf_counter() + WAIT_SECONDS
    while True:
        said = is_so()
        if said if isinstance(said, bool) else await said:
            return
        if time.perf_counter() > ends:
            raise TimeoutError("it did not come to be")
        await asyncio.sleep(every)


def _p95(several: list[float]) -> float:
    return statistics.quantiles(several, n=20)[-1]


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--people", type=int, default=500)
    asked = arguments.parse_args()
    found = provisioning(asked.people)
    print(json.dumps(found) if asked.json else "\n".join(f"  {name:<32}{value:>12,}" for name, value in found.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
