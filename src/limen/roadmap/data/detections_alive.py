"""P6: the four cases that matter most are found when they happen, and at once.

The test event of each minute shows that whatever comes is looked at, and no more: it is none of the four cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final

from limen.monitor.detections.own_rules import own_rules
from limen.monitor.detections.travel.travel import ABOUT as TRAVEL
from limen.monitor.detections.usual.about import COUNTS
from limen.roadmap.data.evidence import WatchEvidence
from limen.roadmap.data.logs_in_one_place import unwatched
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Grade, Part, Phase, Row

P95: Final = 0.95
CASES: Final = {
    "impossible travel": frozenset({TRAVEL.id}),
    "privilege escalation": frozenset({"c9d3db58-8d7a-57e7-8083-7e28132b4445"}),
    "unusual data access": frozenset(
        {COUNTS["downloads"].id, COUNTS["sensitive_downloads"].id, "9138e1cf-80b8-5d18-a2e1-54b4b819f90e"}
    ),
    "configuration change": frozenset({"53ef2afb-76e8-59d5-8c18-f0e0d09c099b"}),
}
"""By name, the ids of the rules that find them."""
_PAGE: Final = "/console/detections"
_NO_CANARY: Final = (
    "Nothing sends the four cases through the real intake yet, so this can not be measured so far: do each of them once"
    " a month by hand, and look under Alerts whether it was found."
)
_NOT_TIMED: Final = "Nothing times yet how soon after an alert the next request of its person is decided anew."
_NO_FINDING: Final = "Limen's own rules found nothing in 30 days, so nothing shows how soon they do."


def measure(evidence: Evidence) -> Iterator[Part]:
    watch, missing = evidence.data.watch, unwatched(evidence)
    yield Part(
        "of the four cases, those whose canary raised an alert in 30 days",
        () if watch is None else tuple(_cases(watch)),
        grade=Grade.UNKNOWN,
        missing=missing or _NO_CANARY,
    )
    found = () if watch is None else tuple(_findings(watch))
    yield Part(
        "findings about Limen's own events that came within 2 seconds",
        found,
        P95,
        missing=missing or ("" if found else _NO_FINDING),
    )
    yield Part("alerts that decisions knew of within a second", (), P95, Grade.UNKNOWN, missing or _NOT_TIMED)


def _cases(watch: WatchEvidence) -> Iterator[Row]:
    """What was found of itself shows that a rule works, and is no canary: nobody says when it should have come."""
    off = frozenset(watch.rules.detections.off)
    for name, rules in CASES.items():
        number = sum(watch.findings.get(one, (0, 0))[0] for one in rules)
        is_off = rules <= off
        why = (
            "its rules are turned off in monitor.yaml"
            if is_off
            else f"it was found {number} times in 30 days, by no canary"
            if number
            else "nothing of it was found in 30 days"
        )
        yield Row(name, name, is_met=False, why=why, page=_PAGE)


def _findings(watch: WatchEvidence) -> Iterator[Row]:
    """What others send is on its way for as long as they take; what happens here is not."""
    for rule, (number, soon) in sorted(watch.findings.items()):
        title = own_titles().get(rule)
        if title is None:
            continue
        if soon:
            yield Row(f"{rule} soon", title, is_met=True, page=_PAGE, count=soon)
        if number > soon:
            yield Row(f"{rule} late", title, False, "it came later than 2 seconds", _PAGE, number - soon)


@cache
def own_titles() -> dict[str, str]:
    """The titles of rules that are about what Limen itself saw, by id."""
    rules = own_rules()
    singles = {one.id: one.about.title for one in rules.rules if one.product == "limen"}
    several = {one.id: one.about.title for one in rules.correlations if set(one.rules) <= singles.keys()}
    return singles | several


CONTROL: Final = Control(
    id="P6",
    phase=Phase.DATA,
    title="Detections are alive",
    demands="Impossible travel, privilege escalation, unusual access to data and changed rules raise an alert at once.",
    figure="of the four cases, those whose canary raised an alert; findings that came within 2 seconds; alerts that"
    " decisions knew of within a second",
    closes="It is four of four, and 95 % of the findings and alerts.",
    why="A detection that was never seen to find anything may find nothing.",
    how="Keep Limen's own detections on, and try each of the four cases once a month.",
    page=_PAGE,
    minutes=60,
    weight=4,
    measure=measure,
)
