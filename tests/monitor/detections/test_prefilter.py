"""The prefilter leaves out most rules, and none that an event meets (the law is in `tests/laws/test_detections.py`)."""

from __future__ import annotations

from tests.monitor.detections.texts import compiled, event, rule

from limen.monitor.detections.event_view import EventView
from limen.monitor.detections.prefilter import Prefilter

RULES = (
    compiled(
        *(rule({"Image|endswith": f"\\tool{number}.exe"}) for number in range(40)),
        rule({"EventID": 4625, "User|contains": "a"}),
        rule({"Port|gt": 5}),
        rule(["keyword"]),
    ).rules
    + compiled(rule({"User|re": "^$"}), rule({"User": None})).rules
)


def candidates(**fields: object) -> list[int]:
    return Prefilter(RULES).candidates(EventView(event(fields=fields)))


def test_only_what_could_be_met_is_looked_at() -> None:
    assert candidates() == [44]
    assert candidates(Image="C:\\TOOL7.EXE") == [7, 44]
    assert candidates(Image=["x", "C:\\tool8.exe", "C:\\tool9.exe"]) == [8, 9, 44]
    assert candidates(EventID="4625") == [40, 44]
    assert candidates(Port=1) == [41, 44]
    assert candidates(Whatever="some KEYWORD here") == [42, 44]
    assert candidates(User="x") == [43, 44]
