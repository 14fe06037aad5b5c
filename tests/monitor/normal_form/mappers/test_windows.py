"""The same event in each form that Windows' events come in."""

from __future__ import annotations

import json

import pytest
from tests.monitor.normal_form.frames import only

from limen.clock import from_iso

AT = "2026-11-27T09:15:30.250Z"
DATA = {"TargetUserName": "jane", "IpAddress": "203.0.113.9", "LogonType": "3"}
FORMS = {
    "winlogbeat": {
        "@timestamp": AT,
        "winlog": {
            "channel": "Security",
            "event_id": "4624",
            "provider_name": "P",
            "computer_name": "wren",
            "record_id": 7,
            "event_data": DATA,
        },
    },
    "nxlog": {
        "EventTime": "2026-11-27T10:15:30.250+01:00",
        "EventID": 4624,
        "Channel": "Security",
        "SourceName": "P",
        "Hostname": "wren",
        "RecordNumber": 7,
        **DATA,
    },
    "evtx": {
        "Event": {
            "System": {
                "Provider": {"#attributes": {"Name": "P"}},
                "EventID": {"#text": 4624, "#attributes": {"Qualifiers": ""}},
                "TimeCreated": {"#attributes": {"SystemTime": AT}},
                "EventRecordID": 7,
                "Channel": "Security",
                "Computer": "wren",
            },
            "EventData": DATA,
        }
    },
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ["windows", "json"])
def test_every_form_comes_to_the_same(form: str, kind: str) -> None:
    found = only(kind, json.dumps(FORMS[form]), products=("windows",))
    assert (found.product, found.service, found.class_uid, found.status_id) == ("windows", "security", 3002, 1)
    assert (found.kind, found.user, found.host, found.src_ip) == ("4624", "jane", "wren", "203.0.113.9")
    assert found.at == from_iso(AT)
    names = {"EventID": 4624, "Channel": "Security", "Provider_Name": "P", "Computer": "wren", **DATA}
    assert {name: found.fields[name] for name in names} == names


def test_a_record_is_known_by_its_number_and_time() -> None:
    first = json.dumps(FORMS["nxlog"])
    later = json.dumps({**FORMS["nxlog"], "EventTime": "2026-11-27T10:15:31+01:00"})
    other = json.dumps({**FORMS["nxlog"], "RecordNumber": 8})
    assert len({only("windows", one).uid for one in (first, later, other)}) == 3
    assert (
        only("windows", first.replace('"LogonType": "3"', '"LogonType": "3", "x": 1')).uid == only("windows", first).uid
    )


def test_an_events_own_values_are_not_its_head() -> None:
    event = {
        "@timestamp": AT,
        "winlog": {"channel": "System", "event_id": 104, "event_data": {"Channel": "Security", "EventID": "4624"}},
    }
    found = only("windows", json.dumps(event))
    assert (found.service, found.kind, found.class_uid, found.object) == ("system", "104", 1008, "Security")


@pytest.mark.parametrize("record", ['{"Event":{}}', '{"Event":{"System":[],"EventData":7}}', '{"winlog":{}}', "{}"])
def test_broken_records_are_events_all_the_same(record: str) -> None:
    assert only("windows", record).product == "windows"
