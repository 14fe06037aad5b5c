"""Proofs of a network, those of a large one in a process of their own.

There they end in time, take no more memory than they may and can be stopped, and nobody who is decided about meanwhile
waits for them.
What a proof is made of came from people. The process ends by itself (`limited_child`); whatever it says is only taken
for values of Limen's own.
"""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from enum import Enum
from time import monotonic
from typing import IO, Any, Final

from limen.errors import LimenError
from limen.network import broken, proved as all_proved
from limen.network.compiling import compiled
from limen.network.graph import Graph
from limen.network.model import Network
from limen.network.packets.regions import Regions
from limen.network.proof import blast_radius as radius, changes_said as saying
from limen.network.proof.blast_radius import BlastRadius, Start
from limen.network.proof.changes_said import ChangesSaid
from limen.network.proof.matrix import Cell
from limen.network.proof.nevers import Verdict
from limen.network.proof.shadowed import Unneeded
from limen.network.proved import Proved
from limen.network.sizes import Sizes

WALL_SECONDS: Final = 60.0
RADIUS_SECONDS: Final = 20.0
"""For the changes that could shrink one blast radius; it is said where there was no time for all."""
MOST_RULES_HERE: Final = 300
MOST_DENIALS_HERE: Final = 30
"""Rules that cut each other up cost by their square, denials more: so many take some tenths of a second at most."""
MOST_PLACES_HERE: Final = 500
"""Zones with their prefixes, and hosts."""
_LENGTH: Final = 4
_LONGEST: Final = 64 << 20
_OURS: Final = "limen.network."


class TooMuchError(LimenError):
    """It took longer, or more memory, than a proof may."""

    def __init__(self) -> None:
        super().__init__(
            f"it takes more than {WALL_SECONDS:.0f} seconds, or too much memory",
            "name zones in place of hosts and everything, and fewer blocks that overlap",
        )


def is_small(network: Network) -> bool:
    """Whether whatever is proved of it takes some tenths of a second at most."""
    sizes = Sizes(network)
    places = len(network.hosts) + sum(1 + len(zone.prefixes) for zone in network.zones)
    return (
        places <= MOST_PLACES_HERE
        and sum(sizes.of(one.way) for one in network.flows) <= MOST_RULES_HERE
        and sum(sizes.of(one.way) for one in network.blocks) <= MOST_DENIALS_HERE
    )


# What is worked out. All raise TooMuchError


def broken_nevers(network: Network) -> list[tuple[str, str, str]]:
    """As `broken.broken_nevers`."""
    if is_small(network):
        return list(broken.broken_nevers(network))
    return list(_answered("broken", network))


def proved(network: Network, today: str) -> Proved:
    """As `proved.proved`."""
    if is_small(network):
        return all_proved.proved(network, today)
    found = list(_answered("proved", network, today))
    cells = {(one.from_zone, one.to_zone): one for one in found if isinstance(one, Cell)}
    [graph] = (one for one in found if isinstance(one, Graph))
    verdicts = tuple(one for one in found if isinstance(one, Verdict))
    return Proved(network, today, cells, graph, verdicts, {one.id: one for one in found if isinstance(one, Unneeded)})


def blast_radius(network: Network, today: str, start: Start) -> BlastRadius:
    """As `blast_radius.blast_radius`."""
    if is_small(network):
        end = monotonic() + RADIUS_SECONDS
        return radius.blast_radius(network, Regions(compiled(network, today)), start, lambda: monotonic() < end)
    [found] = _answered("radius", network, today, start)
    return found  # type: ignore[no-any-return]


def changes_said(before: Network, after: Network, first_day: str) -> ChangesSaid:
    """As `changes_said.changes_said`."""
    if is_small(before) and is_small(after):
        return saying.changes_said(before, after, first_day)
    [found] = _answered("changes", before, after, first_day)
    return found  # type: ignore[no-any-return]


# The process


_FOR_PAGES: Final = frozenset({"proved", "radius"})
_running: dict[subprocess.Popen[bytes], str] = {}
"""Each process with its work."""
_lock = threading.Lock()


def stop() -> None:
    """End all that is worked out in processes now; whoever waits for it gets a TooMuchError."""
    _end(frozenset(_running.values()))


def stop_pages() -> None:
    """End what is worked out for pages that show a revision, and not what is asked of a change."""
    _end(_FOR_PAGES)


def _end(works: frozenset[str]) -> None:
    with _lock:
        for process, work in _running.items():
            if work in works:
                process.kill()


def _answered(work: str, *what: object) -> Iterator[Any]:
    """Each value that the process answers, as soon as it is there."""
    environment = {name: value for name in ("PATH", "PYTHONPATH", "LANG") if (value := os.environ.get(name))}
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "limen.network.limited_child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    timer = threading.Timer(WALL_SECONDS, process.kill)
    timer.daemon = True
    with _lock:
        _running[process] = work
    try:
        timer.start()
        yield from _exchanged(process, pickle.dumps((work, what)))
    finally:
        timer.cancel()
        process.kill()
        with process:
            pass
        with _lock:
            del _running[process]


def _exchanged(process: subprocess.Popen[bytes], order: bytes) -> Iterator[Any]:
    if process.stdin is None or process.stdout is None:
        raise AssertionError("both were asked for")
    try:
        process.stdin.write(order)
        process.stdin.close()
    except BrokenPipeError:
        raise TooMuchError from None
    while (said := _framed(process.stdout)) is not None:
        yield from values_of(said)
    if process.wait() != 0:
        raise TooMuchError


def _framed(pipe: IO[bytes]) -> bytes | None:
    """The next answer; None at the end. Raises TooMuchError where it is cut off."""
    head = pipe.read(_LENGTH)
    if not head:
        return None
    length = int.from_bytes(head)
    said = pipe.read(length) if length <= _LONGEST else b""
    if len(head) != _LENGTH or len(said) != length:
        raise TooMuchError
    return said


def values_of(said: bytes) -> list[Any]:
    """What an answer says. Raises TooMuchError where it is anything but values of Limen's own."""
    try:
        found = _Ours(io.BytesIO(said)).load()
    except Exception:  # noqa: BLE001 -- there is no end to what an answer that somebody made up can raise
        raise TooMuchError from None
    if not isinstance(found, list):
        raise TooMuchError
    return found


class _Ours(pickle.Unpickler):
    """Makes values of Limen's own, and nothing else: named tuples, members of enumerations, and frozen dataclasses.

    A pickle can also set attributes of a class that it names, which would last as long as this process. A dataclass
    with slots refuses that by its `__setstate__`; the others are made by something that is thrown away.
    """

    def __init__(self, said: io.BytesIO) -> None:
        super().__init__(said)
        self._makers: dict[tuple[str, str], Callable[..., Any]] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in self._makers:
            self._makers[module, name] = self._maker(module, name)
        return self._makers[module, name]

    def _maker(self, module: str, name: str) -> Callable[..., Any]:
        if not module.startswith(_OURS) or "." in name:
            raise TooMuchError
        found = super().find_class(module, name)
        if not isinstance(found, type) or not found.__module__.startswith(_OURS):
            raise TooMuchError
        if issubclass(found, Enum):
            return _maker_of(found)
        if issubclass(found, tuple) and "_fields" in vars(found):
            return type(name, (found,), {"__slots__": (), "__new__": lambda _, *values: found(*values)})
        if not is_dataclass(found) or "__setstate__" not in vars(found):
            raise TooMuchError
        return found


def _maker_of(found: type[Enum]) -> Callable[..., Any]:
    def make(value: object) -> Enum:
        return found(value)

    return make
