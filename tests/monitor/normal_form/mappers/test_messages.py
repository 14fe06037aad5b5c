from __future__ import annotations

import pytest
from tests.monitor.normal_form.frames import only

CEF = "CEF:0|a|Gate|1|7|n|5|src=203.0.113.9"


@pytest.mark.parametrize(
    ("line", "product"),
    [
        (f"<13>Nov 27 09:15:30 gate {CEF}", "gate"),
        (f"<13>{CEF}", "gate"),
        ("<13>LEEF:1.0|a|Proxy|1|7|src=203.0.113.9", "proxy"),
        ('<13>date=2026-11-27 time=09:15:30 devname="g" logid="1" type="traffic"', "fortigate"),
        ('<13>Nov 27 09:15:30 gate suricata[7]: {"event_type":"dns"}', "suricata"),
    ],
)
def test_who_says_it(line: str, product: str) -> None:
    assert only("syslog", line).product == product


@pytest.mark.parametrize("body", [CEF, 'date=2026-11-27 logid="1" type="traffic"', '{"event_type":"alert"}'])
def test_what_is_typed_into_a_program_is_not_an_appliances(body: str) -> None:
    found = only("syslog", f"<13>Nov 27 09:15:30 web app[7]: {body}")
    assert (found.product, found.service, found.class_uid) == ("linux", "app", 0)


def test_what_suricata_says_beside_is_a_message() -> None:
    assert only("syslog", "<13>Nov 27 09:15:30 gate suricata: {broken").product == "linux"
