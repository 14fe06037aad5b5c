"""A directory that tells Limen by SCIM: 5,000 people created one by one, put into a group, and disabled.

`python bench/people_scim.py [--json] [--people N]`. A company of its own with SQLite, `limen serve` as its own process,
and the client in this one, over HTTP on loopback: a directory is another machine. Eight requests are under way at once,
as Entra ID does it; each is answered when what it changed is committed, known to every worker and journaled.

`scim_server_cpu_s`: what the server's processes took of processors for the POSTs; no other work changes that.

`scim_create_s`: one POST for each person. `scim_create_bulk_s`: as many others, a hundred in each bulk request.
`scim_group_s`: all of them into one group, a hundred in each PATCH. `scim_disable_ms_p95`: until one is disabled.
`scim_find_ms_p95`: until `userName eq` is answered among all of them.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.parse import quote

import httpx2

sys.path.insert(0, str(Path(__file__).parents[1]))  # the world is the tests'

from tests.identity.sources.scim.conftest import GROUP, patch, user

from bounds import Bounds, Figures, show
from footprint import Started, company, free_port
from people_start import cpu_seconds

BOUNDS: Bounds = {"scim_create_s": ("<=", 60.0)}
AT_ONCE, IN_BULK, MEASURED = 8, 100, 100
TOO_MANY = 429
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
OFF = patch({"op": "replace", "path": "active", "value": "False"})
SOURCE: Final = """sources:
  - id: entra
    kind: scim
    title: Entra ID
    owns: [name, email, groups, active]
    groups: {{Crew: staff}}
    may_lose: {{share: 100, people: {people}}}
"""


class Directory:
    """What tells by SCIM: a client with the source's token."""

    def __init__(self, port: int, token: str) -> None:
        self._client = httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{port}/scim/v2/",
            headers={"authorization": f"Bearer {token}", "host": f"limen.harbor.localhost:{port}"},
            timeout=60,
        )

    async def ask(self, method: str, path: str, sent: Any = None) -> httpx2.Response:
        """Asked too often, it waits as long as it is told to, which is in the figures, and asks again (RFC 6585)."""
        done = await self._client.request(method, path, json=sent)
        if done.status_code != TOO_MANY:
            return done
        await asyncio.sleep(float(done.headers["retry-after"]))
        return await self.ask(method, path, sent)

    async def add(self, name: str, **more: Any) -> str:
        """One user; its ID."""
        done = await self.ask("POST", "Users", user(name, **more))
        assert done.status_code == 201, done.text
        return str(done.json()["id"])

    async def close(self) -> None:
        await self._client.aclose()


def measured(people: int) -> Figures:
    with TemporaryDirectory(prefix="scim-") as folder:
        root, port = Path(folder) / "company", free_port()
        company(root, port, apps=1)
        (root / "people.yaml").write_text(SOURCE.format(people=people))
        server = Started(root, port)
        try:
            said = _limen("people-source", "token", "entra", str(root))
            token = next(line.split()[-1] for line in said.splitlines() if line.startswith("Secret token:"))
            return asyncio.run(_measured(server, Directory(port, token), people))
        finally:
            server.stop()


def _limen(*words: str) -> str:
    command = [sys.executable, "-m", "limen.cli.main", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


async def _measured(server: Started, told_by: Directory, people: int) -> Figures:
    before, began = _cpu(server), time.perf_counter()
    ids = await _at_once([f"Person {number}" for number in range(people)], lambda one: _create(told_by, one))
    created, cpu = time.perf_counter() - began, _cpu(server) - before
    began = time.perf_counter()
    for part in _parts([user(f"Other{number}") for number in range(people)]):
        await _bulk(told_by, part)
    in_bulk = time.perf_counter() - began
    began = time.perf_counter()
    await _into_a_group(told_by, ids)
    grouped = time.perf_counter() - began
    finds = [await _timed(told_by, "GET", f"Users?filter={_named(number)}") for number in range(MEASURED)]
    offs = [await _timed(told_by, "PATCH", f"Users/{one}", OFF) for one in ids[:MEASURED]]
    await told_by.close()
    return {
        "scim_people": people,
        "scim_create_s": round(created, 1),
        "scim_server_cpu_s": round(cpu, 1),
        "scim_create_bulk_s": round(in_bulk, 1),
        "scim_group_s": round(grouped, 1),
        "scim_find_ms_p95": _p95(finds),
        "scim_disable_ms_p95": _p95(offs),
    }


def _cpu(server: Started) -> float:
    return sum(map(cpu_seconds, server.every_process()))


async def _create(told_by: Directory, name: str) -> str:
    address = f"{name.replace(' ', '.').lower()}@harbor.example"
    return await told_by.add(name, userName=address, emails=[{"value": address, "primary": True}])


async def _bulk(told_by: Directory, users: Sequence[dict[str, Any]]) -> None:
    operations = [{"method": "POST", "path": "/Users", "bulkId": str(at), "data": one} for at, one in enumerate(users)]
    done = await told_by.ask("POST", "Bulk", {"schemas": [BULK], "Operations": operations})
    assert {one["status"] for one in done.json()["Operations"]} == {"201"}, done.text[:500]


async def _into_a_group(told_by: Directory, ids: Sequence[str]) -> None:
    made = await told_by.ask("POST", "Groups", {"schemas": [GROUP], "displayName": "Crew"})
    for part in _parts(ids):
        adds = patch({"op": "Add", "path": "members", "value": [{"value": one} for one in part]})
        done = await told_by.ask("PATCH", f"Groups/{made.json()['id']}", adds)
        assert done.status_code == 204, done.text


async def _timed(told_by: Directory, method: str, path: str, sent: Any = None) -> float:
    began = time.perf_counter()
    done = await told_by.ask(method, path, sent)
    assert done.status_code in {200, 204}, done.text
    return (time.perf_counter() - began) * 1000


async def _at_once(items: Iterable[str], work: Callable[[str], Awaitable[str]]) -> list[str]:
    turns = asyncio.Semaphore(AT_ONCE)

    async def in_turn(item: str) -> str:
        async with turns:
            return await work(item)

    return await asyncio.gather(*(in_turn(item) for item in items))


def _parts(items: Sequence[Any]) -> list[Sequence[Any]]:
    return [items[start : start + IN_BULK] for start in range(0, len(items), IN_BULK)]


def _named(number: int) -> str:
    return quote(f'userName eq "person.{number}@harbor.example"')


def _p95(times: Sequence[float]) -> float:
    return round(statistics.quantiles(times, n=20)[-1], 1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--people", type=int, default=5_000)
    asked = parser.parse_args()
    show(measured(asked.people), BOUNDS, as_json=asked.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
