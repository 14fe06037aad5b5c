from __future__ import annotations

import pytest
from tests.monitor.normal_form.frames import RECEIVED, only

from limen.monitor.normal_form.reading import is_unreadable


def said(values: str, zone: str = "") -> tuple[int, int, int]:
    found = only("fortigate", f'<189>date=2026-11-27 time=10:00:00 logid="1" {values}', zone=zone)
    return found.class_uid, found.activity_id, found.status_id


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ('type="traffic" action="accept"', (4001, 6, 0)),
        ('type="traffic" action="deny"', (4001, 5, 2)),
        ('type="event" subtype="system" action="login" status="success"', (3002, 1, 1)),
        ('type="event" subtype="vpn" action="ssl-login-fail"', (3002, 1, 2)),
        ('type="event" subtype="vpn" action="tunnel-up"', (0, 0, 0)),
        ('type="event" subtype="vpn" action="tunnel-up" user="jane"', (3002, 1, 1)),
        ('type="utm" subtype="virus" action="blocked"', (2004, 1, 0)),
        ('type="utm" subtype="ips" action="dropped"', (2004, 1, 0)),
        ('type="event" subtype="system" action="Edit" cfgpath="firewall.policy"', (3004, 3, 1)),
    ],
)
def test_what_its_types_come_to(values: str, found: tuple[int, int, int]) -> None:
    assert said(values) == found


def test_a_time_without_an_offset_is_of_its_sources_zone() -> None:
    assert only("fortigate", "date=2026-11-27 time=11:00:00 logid=1", zone="Europe/Berlin").at == RECEIVED


def test_another_form_is_kept() -> None:
    assert is_unreadable(only("fortigate", "<189>hello"))
