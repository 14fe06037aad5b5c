"""The process in which what is proved of a large network is worked out: `python -m limen.network.limited_child`, run by
`limited`. It takes one order on standard input, and writes what it found, some values at a time.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from time import monotonic
from typing import Any, Final

from limen import confinement
from limen.network.broken import broken_nevers
from limen.network.compiling import compiled
from limen.network.limited import RADIUS_SECONDS, WALL_SECONDS
from limen.network.model import Network
from limen.network.packets.regions import Regions
from limen.network.proof.blast_radius import Start, blast_radius
from limen.network.proof.changes_said import changes_said
from limen.network.proved import proved

MEMORY: Final = 2 << 30
AT_ONCE: Final = 100
"""Values: whoever takes them makes them in a millisecond, so that nobody beside it waits."""


def main() -> None:
    _limit()
    work, what = pickle.load(sys.stdin.buffer)  # noqa: S301 -- from `limited` itself, which has the other end
    values = iter(_WORKS[work](*what))
    while some := list(islice(values, AT_ONCE)):
        said = pickle.dumps(some)
        sys.stdout.buffer.write(len(said).to_bytes(4) + said)
        sys.stdout.buffer.flush()


def _limit() -> None:
    confinement.limit(memory=MEMORY, cpu_seconds=int(WALL_SECONDS))


def _proved(network: Network, today: str) -> Iterator[Any]:
    found = proved(network, today)
    yield from (*found.cells.values(), found.graph, *found.verdicts, *found.idle.values())


def _radius(network: Network, today: str, start: Start) -> Iterator[Any]:
    end = monotonic() + RADIUS_SECONDS
    yield blast_radius(network, Regions(compiled(network, today)), start, lambda: monotonic() < end)


_WORKS: Final[dict[str, Callable[..., Iterable[Any]]]] = {
    "broken": broken_nevers,
    "proved": _proved,
    "radius": _radius,
    "changes": lambda *what: (changes_said(*what),),
}


if __name__ == "__main__":
    main()
