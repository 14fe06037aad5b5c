from __future__ import annotations

import json

import pytest
from tests.monitor.normal_form.frames import only
from tests.monitor.normal_form.test_examples import FILES, of

from limen.clock import from_iso

PRODUCTS = ("windows", "suricata", "journald", "aws", "okta", "github", "m365", "google_workspace")


@pytest.mark.parametrize("product", PRODUCTS)
def test_one_collector_can_send_those_of_many(product: str) -> None:
    for path in (path for path in FILES if path.parent.name == product):
        own = of(path)
        assert own
        for event in own:
            if product != "google_workspace" and event.kind != "stats":
                found = only("json", event.raw)
                assert (found.product, found.kind, found.class_uid) == (event.product, event.kind, event.class_uid)


def test_limens_own_is_not_recognised() -> None:
    record = '{"metadata":{"product":{"name":"Limen"}},"unmapped":{"kind":"sign_in.failed","subject":"p_1"}}'
    found = only("json", record)
    assert (found.product, found.kind, found.target_person_id) == ("", "", "")


def test_a_line_of_syslog_in_json_is_one_where_its_sender_says_so() -> None:
    line = "Nov 27 09:15:30 heron sshd[812]: Failed password for root from 198.51.100.7 port 40022 ssh2"
    found = only("json", json.dumps({"message": line, "host": "collector", "sourcetype": "linux_secure"}))
    assert (found.service, found.host, found.src_ip, found.status_id) == ("sshd", "heron", "198.51.100.7", 2)
    assert (found.at, found.fields["sourcetype"]) == (from_iso("2026-11-27T09:15:30Z"), "linux_secure")
    typed = only("json", json.dumps({"message": line, "host": "app"}))
    assert (typed.service, typed.host, typed.class_uid) == ("", "app", 0)
