"""Whether Limen decides at this moment, and if not, why: what a load balancer or a service manager asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from limen.company.projection import InForce
from limen.enforcement.decision_point import DecisionPoint
from limen.enforcement.reasons import REASONS
from limen.pillar import Figure
from limen.storage.journal import Journal
from limen.storage.space import Pressure, Space


@dataclass(frozen=True, slots=True)
class Health:
    """`obstacles`: what keeps every door shut, empty where Limen decides. `warnings` change no answer yet."""

    revision: str
    obstacles: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def is_ready(self) -> bool:
        return not self.obstacles


@dataclass(frozen=True, slots=True)
class Watched:
    """What is looked at. `space` is the newest look at the disk, None before the first; `figures` and
    `warnings` are the parts'.
    """

    doors: DecisionPoint
    in_force: InForce
    journal: Journal
    space: Callable[[], Space | None]
    figures: Callable[[], Iterable[Figure]] = tuple
    warnings: Callable[[], Iterable[str]] = tuple

    def health(self) -> Health:
        company = self.in_force.company
        shut = self.doors.shut()
        obstacles = []
        if company is None:
            obstacles.append("Nothing is published yet")
        if shut is not None:
            obstacles.append(REASONS[shut.value].title)
        space = self.space()
        scarce = tuple(space.sentences()) if space is not None and space.pressure is not Pressure.FINE else ()
        return Health(company.revision if company is not None else "", tuple(obstacles), (*scarce, *self.warnings()))
