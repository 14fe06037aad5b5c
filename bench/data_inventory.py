"""How long going through a share takes: the first time, when nothing changed, and beside what the disk alone takes.

    python bench/data_inventory.py [--json]

10,000 texts of 1.8 KB in 100 folders. `walk`: os.walk and stat of each; `read`: the same, reading each.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from limen.clock import SystemClock
from limen.connectors.vendor_client import VendorClient
from limen.data.detectors.every import DETECTORS
from limen.data.documents import Inspected
from limen.data.inventory.by_command import TellsNobody
from limen.data.inventory.connecting import Walkers
from limen.data.inventory.looking import ByRules, Looking
from limen.data.inventory.model import Store, StoreKind
from limen.data.inventory.taking import Inventory
from limen.data.rules.model import Judged, Passing, Step
from limen.data.scanning.scanner import Scanner
from limen.enforcement.resolving import Resolver
from limen.facts import Label
from limen.storage import Database, Keyring

FOLDERS, FILES = 100, 100
TEXT = "Offer for a boat. " * 100


class Scanning:
    """Looks into texts here, so that what is measured is the inventory and not processes of their own."""

    def __init__(self) -> None:
        self._scanner = Scanner(list(DETECTORS.values()), key=b"k" * 32)

    async def inspect(self, body: AsyncIterator[bytes] | bytes, name: str = "") -> Inspected:  # noqa: ARG002
        assert not isinstance(body, bytes)
        return Inspected("text", self._scanner.text(b"".join([piece async for piece in body])))

    def counting(self, passing: Passing, inspected: Inspected) -> Inspected:
        del passing
        return inspected

    def judge(self, _passing: Passing, _inspected: Inspected) -> Judged:
        return Judged(Step.ALLOW)


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """On the clock, and of CPU."""
    begun, used = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begun, time.process_time() - used


def walked(share: Path, *, reads: bool) -> None:
    for folder, _, names in os.walk(share):
        for name in names:
            path = Path(folder, name)
            path.stat()
            if reads:
                path.read_bytes()


def measure(folder: Path) -> dict[str, float]:
    share = folder / "share"
    for number in range(FOLDERS):
        (share / f"{number:03}").mkdir(parents=True)
        for each in range(FILES):
            (share / f"{number:03}" / f"{each:03}.txt").write_text(TEXT)
    store = Store("share", StoreKind.FOLDER, str(share), Label.INTERNAL, bytes_per_second=10**12)
    database, scanning = Database.open(f"sqlite:///{folder / 'limen.db'}"), Scanning()

    async def looking() -> Looking:
        return ByRules(scanning, "one")

    inventory = Inventory(
        database,
        Keyring.open(database, b"m" * 32),
        SystemClock().now,
        Walkers(lambda origin: VendorClient(origin, Resolver)),
        stores=lambda: {"share": store},
        owners=dict,
        looking=looking,
        told=TellsNobody(),
    )
    first = seconds(lambda: asyncio.run(inventory.take(store, to_the_end=True)))
    again = seconds(lambda: asyncio.run(inventory.take(store, to_the_end=True)))
    walk = seconds(lambda: walked(share, reads=False))
    read = seconds(lambda: walked(share, reads=True))
    database.close()
    return {
        "files": FOLDERS * FILES,
        "first_s": first[0],
        "first_cpu_s": first[1],
        "again_s": again[0],
        "again_cpu_s": again[1],
        "walk_cpu_s": walk[1],
        "read_cpu_s": read[1],
        "ratio_first_read": first[1] / read[1],
        "ratio_again_walk": again[1] / walk[1],
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="limen-bench-") as folder:
        found = measure(Path(folder))
    if "--json" in sys.argv:
        print(json.dumps({name: round(value, 3) for name, value in found.items()}))
        return
    for name, value in found.items():
        print(f"{name:18} {value:10.3f}")


if __name__ == "__main__":
    main()
