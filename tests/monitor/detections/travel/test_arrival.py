from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from limen.monitor.detections.travel.arrival import (
    NO,
    YES,
    Arrival,
    arrival,
    is_same_network,
    is_sign_in,
    is_use_of_session,
    mfa_of,
)
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.places.whereabouts import Whereabouts

FOUND = Whereabouts("203.0.113.7", "AT", "Vienna", 48.2, 16.4, 20, 8447)


def event(**said: Any) -> NormalEvent:
    kept: dict[str, Any] = {
        "class_uid": 3002,
        "activity_id": 1,
        "status_id": 1,
        "person_id": "p_eve",
        "src_ip": "203.0.113.7",
        "source": "okta",
    }
    return NormalEvent(uid="e", at=1, received_at=1, **{**kept, **said})


def came(**said: Any) -> Arrival:
    found = arrival(event(), FOUND)
    assert found is not None
    return msgspec.structs.replace(found, **said)


def test_where_somebody_was_is_read_from_the_event_and_its_place() -> None:
    found = arrival(event(source="limen", device_id="d_1", user_agent="x" * 500), FOUND)
    assert found is not None
    assert (found.point.name, found.owner, found.device, found.browser) == ("Vienna, AT", 8447, "d_1", "x" * 100)


@pytest.mark.parametrize(
    "found", [replace(FOUND, country=""), replace(FOUND, country="ZZ", latitude=None), Whereabouts("203.0.113.7")]
)
def test_where_nothing_is_known_nobody_arrives(found: Whereabouts) -> None:
    assert arrival(event(), found) is None


def test_a_country_alone_is_its_middle() -> None:
    found = arrival(event(), Whereabouts("203.0.113.7", "PT"))
    assert found is not None
    assert (found.point.name, found.point.latitude, found.point.longitude) == ("PT", 39.0, -8.0)


def test_a_device_that_others_name_is_none() -> None:
    """Anybody can call their machine like another, or send a browser's name that looks like an id."""
    assert came().device == ""
    found = arrival(event(device_id="d_1", user_agent="d_1"), FOUND)
    assert found is not None
    assert (found.device, found.browser) == ("", "d_1")


@pytest.mark.parametrize(
    ("said", "is_one"),
    [
        ({}, True),
        ({"status_id": 2}, True),
        ({"status_id": 0}, False),
        ({"person_id": ""}, False),
        ({"src_ip": ""}, False),
        ({"activity_id": 2}, False),
        ({"class_uid": 3001}, False),
    ],
)
def test_what_a_sign_in_is(said: dict[str, Any], *, is_one: bool) -> None:
    assert is_sign_in(event(**said)) is is_one


@pytest.mark.parametrize(
    ("said", "is_one"),
    [
        ({}, True),
        ({"source": "okta"}, False),
        ({"session": ""}, False),
        ({"fields": {"effect": "deny"}}, False),
        ({"kind": "x"}, False),
    ],
)
def test_only_limens_own_word_is_the_use_of_a_session(said: dict[str, Any], *, is_one: bool) -> None:
    used = {"kind": "decision", "source": "limen", "session": "s_1", "fields": {"effect": "permit"}}
    assert is_use_of_session(event(**{**used, **said})) is is_one


@pytest.mark.parametrize(
    ("said", "mfa"),
    [
        ({"mfa": 2}, YES),
        ({"source": "limen", "fields": {"strength": 3}}, YES),
        ({"source": "limen", "fields": {"strength": 1}}, NO),
        ({"source": "okta", "fields": {"strength": 3}, "mfa": 1}, NO),
    ],
)
def test_how_many_factors_were_proved(said: dict[str, Any], mfa: int) -> None:
    assert mfa_of(event(**said)) == mfa


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ({}, {}, True),
        ({}, {"address": "203.0.113.250"}, True),
        ({}, {"address": "203.0.114.7", "owner": 8447}, False),
        ({"device": "d_1"}, {"address": "198.51.100.1", "device": "d_1"}, True),
        ({"device": "d_1"}, {"address": "198.51.100.1", "device": "d_1", "owner": 1}, False),
        ({"browser": "b"}, {"address": "198.51.100.1", "browser": "b"}, False),
        ({"address": "2001:db8:1::1"}, {"address": "2001:db8:1:ffff::2"}, True),
        ({"address": "2001:db8:1::1"}, {"address": "2001:db8:2::1"}, False),
        ({"address": "2001:db8:1::1"}, {}, False),
    ],
)
def test_one_network_is_one_place(one: dict[str, Any], other: dict[str, Any], *, is_same: bool) -> None:
    assert is_same_network(came(**one), came(**other)) is is_same
    assert is_same_network(came(**other), came(**one)) is is_same
