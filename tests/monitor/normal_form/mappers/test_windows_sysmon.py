from __future__ import annotations

import json

import pytest
from tests.monitor.normal_form.frames import only

SYSMON = "Microsoft-Windows-Sysmon/Operational"


@pytest.mark.parametrize(
    ("event", "category"),
    [
        (1, "process_creation"),
        (3, "network_connection"),
        (7, "image_load"),
        (8, "create_remote_thread"),
        (10, "process_access"),
        (11, "file_event"),
        (13, "registry_set"),
        (22, "dns_query"),
    ],
)
def test_sigmas_category(event: int, category: str) -> None:
    found = only("windows", json.dumps({"EventID": event, "Channel": SYSMON}))
    assert (found.service, found.category, bool(found.class_uid)) == ("sysmon", category, True)


@pytest.mark.parametrize(
    ("sort", "category"),
    [("CreateKey", "registry_add"), ("DeleteKey", "registry_delete"), ("DeleteValue", "registry_delete")],
)
def test_a_key_is_added_or_deleted(sort: str, category: str) -> None:
    assert only("windows", json.dumps({"EventID": 12, "Channel": SYSMON, "EventType": sort})).category == category


def test_defenders_names_with_and_without_spaces() -> None:
    channel = "Microsoft-Windows-Windows Defender/Operational"
    for name in ("Threat Name", "Threat_Name"):
        found = only("windows", json.dumps({"EventID": 1116, "Channel": channel, name: "EICAR"}))
        assert (found.reason, found.fields["Threat Name"]) == ("EICAR", "EICAR")
    assert only("windows", json.dumps({"EventID": 5001, "Channel": channel})).severity_id == 4
