"""Devices of exports, and sign-ins on what no list has."""

from __future__ import annotations

from pathlib import Path

from tests.assessing.harbor import NOW, Harbor
from tests.assessing.made import told_of

from limen.assessing.device_evidence import device_evidence, unlisted
from limen.assessing.lists import UNREAD_AGE
from limen.assessing.people_evidence import members
from limen.clock import HOUR
from limen.roadmap.devices.seen import devices


def test_a_device_of_two_lists_is_one(tmp_path: Path) -> None:
    told = told_of(Harbor(people=3, days=1), tmp_path)
    found = device_evidence(told, members(told), NOW)
    assert [len(one.records) for one in devices(found, NOW)] == [2, 2, 2]
    assert set(found.heard) == {"intune", "device list"}


def test_who_signs_in_on_what_no_list_has_has_a_device_that_nobody_knows(tmp_path: Path) -> None:
    told = told_of(Harbor(people=3, days=1), tmp_path)
    told.devices = [one for one in told.devices if one.record.name != "HARBOR-0001"]
    found = device_evidence(told, members(told), NOW)
    [unknown] = [one for one in devices(found, NOW) if not one.records]
    assert unknown.owner == "ben.lindqvist@harbor.example"
    assert [one.device_id for one in unlisted(told, NOW)] == ["entra-device-0001"]


def test_a_device_that_is_heard_of_in_the_future_is_not_fresh_for_ever(tmp_path: Path) -> None:
    told = told_of(Harbor(people=1, days=0, now=NOW + 400 * HOUR), tmp_path)
    [one] = [each for each in device_evidence(told, (), NOW).known.records if each.source == "intune"]  # type: ignore[union-attr]
    assert one.record.seen_at == NOW - UNREAD_AGE


def test_without_a_list_nothing_is_known(tmp_path: Path) -> None:
    told = told_of(Harbor(people=1, days=1, left_out={"intune.json", "devices.csv"}), tmp_path)
    found = device_evidence(told, members(told), NOW)
    assert not found.heard
    assert unlisted(told, NOW)
