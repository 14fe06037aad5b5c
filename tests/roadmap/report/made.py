"""A report of Harbor for tests: some controls met, some not, some unknown, with exceptions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from limen.clock import DAY, HOUR, Instant
from limen.facts import Person
from limen.roadmap.evidence import Evidence
from limen.roadmap.exceptions import RoadmapException
from limen.roadmap.holding import Day, Standing
from limen.roadmap.model import Control, Grade, Part, Phase, Row
from limen.roadmap.report.model import Head, Report
from limen.roadmap.report.rows import Around, report_of
from limen.roadmap.roadmap import Kept, Roadmap, roadmap
from limen.storage import Keyring

TODAY = date(2026, 12, 2)
AT: Instant = 1_796_220_000_000
"""2 December 2026, 14:00 UTC."""
ADA = Person("p_ada81", "Ada Lindqvist", "ada.lindqvist@harbor.example")
BEN = Person("p_ben82", "Benedikt Oyelaran", "benedikt@harbor.example")
PEOPLE = {one.id: one for one in (ADA, BEN)}
KEYRING = Keyring({1: bytes(32)}, (b"now" * 11, b"before" * 6))
CRM = Row("crm", "=Customers <b>", is_met=False, why="Ada asked for passwords")
HEAD = Head("harbor-1", 812, "aGVhZA==", AT - 5_000, '{"writer":"harbor-1","n":812,"h":"aGVhZA==","mac":"bWFj"}')


def control(name: str, phase: Phase, *parts: Part, is_must: bool = True) -> Control:
    return Control(
        id=name,
        phase=phase,
        title=f"Title of {name}",
        demands=f"{name} is demanded.",
        figure="what is so, of what there is",
        closes="It is all of it.",
        why="Else somebody gets in.",
        how="Turn it on.",
        page="/console",
        minutes=30,
        is_must=is_must,
        measure=lambda _evidence: iter(parts),
    )


def people_rows(*missed: Person) -> tuple[Row, ...]:
    return tuple(
        Row(
            one.id,
            one.name,
            one not in missed,
            "lacks a factor" if one in missed else "",
            f"/console/people/{one.id}",
            is_personal=True,
        )
        for one in PEOPLE.values()
    )


CONTROLS = (
    control("I1", Phase.IDENTITY, Part("accounts", people_rows(), grade=Grade.IMPORTED)),
    control("I2", Phase.IDENTITY, Part("people", people_rows(BEN)), Part("apps", (CRM,), 0.5)),
    control("D1", Phase.DEVICES, Part("devices", (), missing="connect Fleet first")),
    control("N1", Phase.NETWORK, Part("addresses", (Row("a", "10.0.0.1", is_met=True),) * 3, grade=Grade.PROBED)),
    control("P1", Phase.DATA, Part("stores", (Row("s", "Share", is_met=True), CRM)), is_must=False),
)
EXCEPTIONS = (
    RoadmapException("rx_1", "I2", BEN.id, "Benedikt is away", "p_ben82 is disabled", AT + 30 * DAY, ADA.id, 1),
    RoadmapException("rx_2", "P1", "", "no documents yet, says Lindqvist", "none is needed", AT + 90 * DAY, ADA.id, 1),
    RoadmapException("rx_3", "P1", CRM.id, "is replaced in spring", "nobody edits it", AT + 9 * DAY, ADA.id, 1),
    RoadmapException("rx_4", "I2", "long gone", "was over already", "is over by now", AT - DAY, ADA.id, 1),
)


def held(control_id: str, days: int) -> dict[date, Day]:
    past = (TODAY - timedelta(days=back) for back in range(1, days + 1))
    return {one: Day(control_id, one, 0, 8 * HOUR, 2, 2, Grade.IMPORTED, 1.0, is_met=True) for one in past}


def found(controls: Iterable[Control] = CONTROLS) -> Roadmap:
    kept = Kept({"I1": held("I1", 16)}, {"I1": Standing("I1", closed_at=AT - 3 * DAY)}, {}, EXCEPTIONS)
    return roadmap(Evidence(at=AT), kept, TODAY, controls)


AROUND = Around(
    company="Harbor & Söhne",
    zone=ZoneInfo("Europe/Berlin"),
    day=TODAY,
    revision="r_7f3a",
    heads=(HEAD,),
    journaled={"I1": "2/2 imported", "I2": "0/1 measured"},
    exceptions=EXCEPTIONS,
    people=PEOPLE,
)


def report(*, has_names: bool = False) -> Report:
    return report_of(found(), replace(AROUND, has_names=has_names))
