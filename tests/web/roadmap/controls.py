"""Controls made up for what Harbor's people don't show, and a roadmap of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from limen.clock import Instant
from limen.roadmap.evidence import Evidence
from limen.roadmap.holding import LOOKED_OVER, Day
from limen.roadmap.model import Control, Grade, Part, Phase, Row
from limen.roadmap.roadmap import Kept, Roadmap, roadmap

TUESDAY = date(2026, 11, 24)
NOTHING_KEPT = Kept({}, {}, {}, ())


def measured(at: Instant, controls: Iterable[Control], day: date = TUESDAY, kept: Kept = NOTHING_KEPT) -> Roadmap:
    return roadmap(Evidence(at=at), kept, day, controls)


def control(control_id: str, *parts: Part, phase: Phase = Phase.IDENTITY, **other: object) -> Control:
    """A control with these parts, whatever the evidence says."""
    words = {name: f"{name} of {control_id}" for name in ("title", "demands", "figure", "closes", "why", "how")}
    values = {**words, "page": "/console/people", "minutes": 5, **other}
    return Control(id=control_id, phase=phase, measure=lambda _evidence: parts, **values)  # type: ignore[arg-type]


def people(*names: str, met: int = 0, at_least: float = 1.0) -> Part:
    """A part that counts people by their names, of whom the first `met` are as they should be."""
    rows = (
        Row(f"p_{name}", name, place < met, "" if place < met else "lacks it", f"/console/people/p_{name}", 1, True)
        for place, name in enumerate(names)
    )
    return Part("people who have it", tuple(rows), at_least)


def unknown(missing: str = "connect the firewall at /console/firewalls") -> Part:
    return Part("flows", (Row("f_1", "flow", True),), missing=missing)


def with_days(*controls: str, until: date = TUESDAY) -> Kept:
    """Each of these controls was looked at on the twenty days before, and came nearer each day; nobody knows of two."""
    days: dict[str, dict[date, Day]] = {}
    for place in range(1, 21):
        day = until - timedelta(days=place)
        for one in controls:
            grade = Grade.UNKNOWN if place in {7, 8} else Grade.MEASURED
            share = 1 - place / 25
            days.setdefault(one, {})[day] = Day(one, day, 1, 1 + LOOKED_OVER, 25 - place, 25, grade, share, False)
    return Kept(days, {}, {}, ())
