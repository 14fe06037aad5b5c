"""Controls in every state, by their ids, and a framework that asks for them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tests.web.roadmap.controls import TUESDAY, control, people, unknown

from limen.clock import DAY
from limen.roadmap.evidence import Evidence
from limen.roadmap.exceptions import RoadmapException
from limen.roadmap.frameworks.model import Framework, Group, HowFar, Item
from limen.roadmap.holding import Standing
from limen.roadmap.model import Control, Part, Phase, Row
from limen.roadmap.roadmap import Kept, Shown, roadmap

AT = 1_796_220_000_000
CLOSED = control("I1", people("Mia", "Tom", met=2))
MET = control("I2", people("Mia", "Tom", met=2))
ALLOWED = control(
    "D1", Part("laptops", tuple(Row(f"d{n}", f"l{n}", n > 0) for n in range(50)), 0.98), phase=Phase.DEVICES
)
"""Met and closed with a row missed, which it allows."""
MISSED = control("D2", people("Mia", "Tom", met=1), phase=Phase.DEVICES)
NOTHING = control("D3", people("Mia", "Tom", met=0), phase=Phase.DEVICES)
SILENT = control("N1", unknown("firewall first."), phase=Phase.NETWORK)
CONTROLS = (CLOSED, MET, ALLOWED, MISSED, NOTHING, SILENT)
EXCEPTIONS = (
    RoadmapException("rx_1", "D2", "p_Tom", "away until spring", "is suspended", AT + 30 * DAY, "p_ada", 1),
    RoadmapException("rx_2", "D3", "", "not this year, says Ada", "nothing is open", AT + 90 * DAY, "p_ada", 1),
)


def shown(controls: Iterable[Control] = CONTROLS, closed: Iterable[str] = ("I1", "D1")) -> dict[str, Shown]:
    kept = Kept({}, {one: Standing(one, closed_at=AT - DAY) for one in closed}, {}, EXCEPTIONS)
    return {one.control.id: one for one in roadmap(Evidence(at=AT), kept, TUESDAY, tuple(controls)).shown}


def full(*controls: str) -> Item:
    return Item("-".join(controls), f"Is it so: {' '.join(controls)}?", controls, HowFar.FULL)


def part(*controls: str) -> Item:
    return Item("p-" + "-".join(controls), "Is it so?", controls, HowFar.PART, note="Cables are not counted.")


OPEN = Item("rooms", "Are rooms locked?", open_to="The caretaker.")


def framework(*items: Item) -> Framework:
    day = date(2026, 11, 2)
    return Framework("f", "Harbor's own", "Harbor", "1", "a drawer", day, day, "nothing", "", (Group("All", items),))
