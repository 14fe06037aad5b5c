"""What asking Limen costs a web proxy: a real Squid with and without, in turns, over one site on loopback.

`python bench/data_doors.py [--json]`. Limen looks with all its detectors at what is sent and at what comes back, as in
service: little text in its own process, all else in one beside it.
Client, Squid, site and Limen share this machine's cores; *undisturbed* is the fastest tenth, which others on a busy
machine did not delay.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the world is the tests'

from tests.data.doors.protecting import OwnProtection
from tests.interop.squid_world import SquidWorld, squid_world

from bounds import Figures, figures_of, show
from limen.data.detectors.every import DETECTORS
from limen.data.documents import Inspected
from limen.data.extraction.pool import Pool
from limen.data.inspection import Inspection
from limen.data.scanning.scanner import Scanner

BOUNDS = {"icap_added_ms_2kb": ("<=", 2.0)}
ROUNDS = {2_000: 400, 100_000: 100, 5_000_000: 12}
WORDS = ("offer", "boat", "ready", "and", "we", "can", "meet", "at", "noon", "in", "harbor", "sign", "it", "crew")


def icap() -> Figures:
    return asyncio.run(_icap())


class AsInService(OwnProtection):
    """Looks into documents as data protection does; no rule says anything of what is found."""

    def __init__(self) -> None:
        scanner = Scanner(list(DETECTORS.values()), key=b"k" * 32)
        super().__init__(scanner=scanner)
        self.pool = Pool(scanner)
        self._inspection = Inspection(scanner, self.pool)

    async def inspect(self, body: AsyncIterator[bytes] | bytes, name: str = "", owner: str = "") -> Inspected:
        return await self._inspection.inspect(body, name, owner)


async def _icap() -> Figures:
    protection = AsInService()
    try:
        return await _beside_plain(protection)
    finally:
        protection.pool.close()


async def _beside_plain(protection: AsInService) -> Figures:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        async with (
            squid_world(Path(one), protection) as asking,
            squid_world(Path(other), OwnProtection(), asks=False) as plain,
        ):
            found: Figures = {}
            for size, rounds in ROUNDS.items():
                found |= await _of_size(asking, plain, _text(size), rounds)
            return found


async def _of_size(asking: SquidWorld, plain: SquidWorld, body: bytes, rounds: int) -> Figures:
    took: dict[str, list[float]] = {"asking": [], "plain": []}
    for number in range(rounds + rounds // 10):
        for name, world in (("asking", asking), ("plain", plain)):
            begun = time.perf_counter()
            status, _ = await world.post(body)
            assert status == 200
            if number >= rounds // 10:
                took[name].append((time.perf_counter() - begun) * 1_000)
    size = f"{len(body) // 1_000}kb"
    asked, bare = (statistics.median(took[name]) for name in ("asking", "plain"))
    best_asked, best_bare = (statistics.quantiles(took[name], n=10)[0] for name in ("asking", "plain"))
    return {
        f"squid_ms_{size}": round(bare, 2),
        f"icap_ms_{size}": round(asked, 2),
        f"icap_added_ms_{size}": round(asked - bare, 2),
        f"icap_added_ms_{size}_undisturbed": round(best_asked - best_bare, 2),
    }


def _text(size: int) -> bytes:
    chosen = random.Random(1)
    return " ".join(chosen.choice(WORDS) for _ in range(size // 3)).encode()[:size]


PARTS = {"icap": icap}


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--json", action="store_true", help="one line, an object")
    asked = arguments.parse_args()
    show(figures_of(PARTS, None), BOUNDS, as_json=asked.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
