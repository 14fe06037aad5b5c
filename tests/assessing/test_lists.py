"""Lists of people, devices and addresses of interfaces."""

from __future__ import annotations

import json

import pytest
from tests.assessing.harbor import ADDRESSES, NOW
from tests.assessing.made import file, nothing, objects, rows

from limen.assessing.folder import RefusedError
from limen.assessing.lists import UNREAD_AGE, seen_at, take_addresses, take_devices, take_people
from limen.clock import HOUR
from limen.devices.sources.record import Form, Record


def device(text: str) -> Record:
    told = nothing()
    for one in rows(text):
        take_devices(told, one)
    return told.devices[0].record


def test_whose_last_day_is_over_is_not_there_any_more() -> None:
    told = nothing()
    text = "name,email,last_day\nAda L,ada@harbor.example,\nBen O,ben@harbor.example,2026-12-02\n"
    assert take_people(told, file("people.csv", text + "Mia W,mia@harbor.example,2026-12-03\n")) == 3
    assert [one.is_there for one in told.people.values()] == [True, False, True]


def test_a_list_of_people_with_a_mistake_is_refused_with_its_line() -> None:
    with pytest.raises(RefusedError, match=r"people\.csv:3"):
        take_people(nothing(), file("people.csv", "name,email\nAda L,ada@harbor.example\nBen,no address\n"))


def test_what_a_list_says_of_a_device() -> None:
    found = device(
        "hostname,os,version,encrypted,last seen,owner,managed,edr,screen lock minutes,antivirus,signature age days\n"
        "Lap,macOS,15,yes,2026-12-03T11:00:00,Ada@harbor.example,yes,no,5,yes,2\n"
    )
    assert (found.platform, found.form, found.is_managed) == ("macos", Form.COMPUTER, True)
    assert found.seen_at == NOW - HOUR
    assert found.owner == "ada@harbor.example"
    assert set(found.checks) == {"disk_encryption", "edr", "screen_lock", "anti_malware"}


def test_what_a_list_does_not_say_is_no_check_and_nothing_managed() -> None:
    found = device("hostname,os\nlap,Plan 9\n")
    assert (found.checks, found.is_managed, found.form) == ({}, False, Form.UNKNOWN)


def test_a_last_sign_of_life_that_nobody_can_read_is_old_and_counts_as_there() -> None:
    for written in ("", "yesterday", "2099-01-01"):
        found = device(f"hostname,os,last seen\nlap,Windows,{written}\n")
        assert found.seen_at == NOW - UNREAD_AGE
    assert seen_at(NOW - 5, NOW) == NOW - 5


def test_a_device_without_a_name_is_refused() -> None:
    with pytest.raises(RefusedError, match=r"values\.csv:2"):
        device("hostname,os\n,Windows\n")


def test_networks_behind_interfaces() -> None:
    told = nothing()
    more = {"ifname": "lo", "addr_info": [{"local": "127.0.0.1", "prefixlen": 8}, {"local": "x", "prefixlen": 99}]}
    for one in (*objects(more), *objects(*json.loads(ADDRESSES))):
        take_addresses(told, one)
    assert {name: [str(each) for each in several] for name, several in told.places.items()} == {
        "office": ["10.10.0.0/24"],
        "servers": ["10.20.0.0/24"],
        "guests": ["10.40.0.0/24"],
    }
