from __future__ import annotations

import json

import pytest
from tests.monitor.normal_form.frames import only

from limen.monitor.normal_form.mappers.windows_security import SECURITY, SYSTEM

WANTED = (
    *(4624, 4625, 4634, 4648, 4672, 4688, 4697, 4698, 4719, 4720, 4722, 4724, 4725, 4726, 4728, 4732, 4738, 4740, 4756),
    1102,
)


@pytest.mark.parametrize("event", WANTED)
def test_each_event_that_rules_need_has_a_class(event: int) -> None:
    assert only("windows", json.dumps({"EventID": event, "Channel": "Security"})).class_uid


def test_a_started_process_is_called_as_sysmon_calls_it() -> None:
    record = {"EventID": 4688, "Channel": "Security", "NewProcessName": "C:\\a.exe", "ParentProcessName": "C:\\b.exe"}
    found = only("windows", json.dumps(record))
    assert (found.category, found.fields["Image"], found.fields["ParentImage"]) == (
        "process_creation",
        "C:\\a.exe",
        "C:\\b.exe",
    )


@pytest.mark.parametrize(("status", "outcome"), [("0x0", 1), ("0xc000006a", 2)])
def test_a_tickets_outcome(status: str, outcome: int) -> None:
    record = {"EventID": 4776, "Channel": "Security", "Status": status}
    assert only("windows", json.dumps(record)).status_id == outcome


def test_shapes_are_by_number() -> None:
    assert all(1000 < number < 10_000 for number in SECURITY)
    assert 7045 in SYSTEM
