from __future__ import annotations

from typing import Any

import pytest

from limen.facts import Label
from limen.monitor.detections.usual.measures import MB, MEASURES, SIGHTS, label_of
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.places.rules import EgressKind
from limen.monitor.places.whereabouts import Whereabouts

FOUND = Whereabouts("203.0.113.7", country="AT", owner=8447, owner_name="A1")
SIGN_IN = {"class_uid": 3002, "activity_id": 1, "status_id": 1, "person_id": "p_eve", "src_ip": "203.0.113.7"}


def event(said: dict[str, Any]) -> NormalEvent:
    return NormalEvent(**{"uid": "e", "at": 1, "received_at": 1, "source": "m365", **said})


def found_in_download(found: str, *, passed: bool = True, channel: str = "download") -> dict[str, Any]:
    """What Limen found in a file that an app gave out."""
    fields = {"found": found, "passed": passed, "channel": channel}
    return {"kind": "data.found", "source": "limen", "fields": fields}


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        ({"operation": "FileDownloaded"}, {"downloads": 1}),
        ({"operation": "GetObject", "status_id": 2}, {}),
        ({"operation": "FileRenamed"}, {"changed_files": 1}),
        (
            {
                "kind": "decision",
                "operation": "download",
                "fields": {"effect": "permit", "count": 7},
                "source": "limen",
            },
            {"downloads": 7},
        ),
        ({"kind": "decision", "operation": "download", "fields": {"effect": "deny"}, "source": "limen"}, {}),
        ({"operation": "FileDownloaded", "fields": {"count": 10**9}}, {"downloads": 1}),  # nobody else folds
        ({"operation": "download", "source": "limen", "fields": {"count": 10**9}}, {"downloads": 100_000}),
        ({"operation": "download", "source": "limen", "fields": {"count": -5}}, {"downloads": 1}),
        ({"bytes_out": 5 * MB + 1}, {"sent": 5}),
        ({"class_uid": 3001}, {"administration": 1}),
        ({"class_uid": 3001, "status_id": 2}, {}),
        ({**SIGN_IN, "status_id": 2}, {"failed_sign_ins": 1}),
        (SIGN_IN, {}),
        (
            {"operation": "download", "app": "payroll"},
            {"downloads": 1, "sensitive_downloads": 1, "restricted_downloads": 1},
        ),
        ({"operation": "download", "app": "wiki"}, {"downloads": 1}),
        (
            {"operation": "download", "app": "wiki", "fields": {"label": "confidential"}},
            {"downloads": 1, "sensitive_downloads": 1},
        ),
        ({"operation": "download", "fields": {"owner": "ada@harbor.example"}}, {"downloads": 1, "owners": 1}),
        (
            {"kind": "data.document_opened", "source": "limen", "fields": {"label": "restricted"}},
            {"downloads": 1, "sensitive_downloads": 1, "restricted_downloads": 1},
        ),
        (
            {
                "kind": "decision",
                "operation": "download",
                "app": "sealed-files",
                "fields": {"effect": "permit"},
                "source": "limen",
            },
            {},
        ),
        (found_in_download("customers=5000,4000,0 iban=3,2,1"), {"records": 4_002}),
        (found_in_download("customers=5000,4000,0", passed=False), {}),
        (found_in_download("customers=5000,4000,0", channel="upload"), {}),
        ({**found_in_download("customers=5000,4000,0"), "source": "m365"}, {}),  # nobody else looks into documents
        (found_in_download("customers=9,9 x= =1,2,3,4"), {}),
        (found_in_download("a=1,999999999,1"), {"records": 100_000}),
    ],
)
def test_what_an_event_counts_as(said: dict[str, Any], counted: dict[str, int]) -> None:
    label = label_of(event(said), {"payroll": Label.RESTRICTED, "wiki": Label.INTERNAL})
    assert {one.name: amount for one in MEASURES if (amount := one.of(event(said), label))} == counted


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        (
            {**SIGN_IN, "user_agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/150.0"},
            {"country": "AT", "network": "A1", "device": "Firefox windows"},
        ),
        ({**SIGN_IN, "device_id": "d_1"}, {"country": "AT", "network": "A1", "device": "d_1"}),
        ({**SIGN_IN, "status_id": 2}, {}),
        ({"app": "wiki", "status_id": 1}, {"app": "wiki", "sensitive_app": "wiki"}),
        ({"app": "wiki", "kind": "decision", "fields": {"effect": "deny"}}, {}),
        ({"app": "limen", "status_id": 1}, {}),
        ({"class_uid": 3001, "operation": "Add user", "product": "m365"}, {"operation": "m365: Add user"}),
    ],
)
def test_what_an_event_shows(said: dict[str, Any], seen: dict[str, str]) -> None:
    assert {one.name: value for one in SIGHTS if (value := one.of(event(said), FOUND))} == seen


def test_a_way_out_that_many_share_shows_neither_country_nor_network() -> None:
    way_out = Whereabouts("203.0.113.7", country="AT", owner=8447, egress="vpn", egress_kind=EgressKind.VPN)
    assert not any(one.of(event(SIGN_IN), way_out) for one in SIGHTS)
