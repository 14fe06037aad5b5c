"""Each false alarm that others had is a case: what is far and explained is not found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.mmdb import LISBON, SAO_PAULO, TUESDAY, VIENNA, owner, write_mmdb

from limen.clock import DAY, HOUR, MINUTE, Instant
from limen.monitor.detections import remembered_people
from limen.monitor.detections.hit import Hit, Level
from limen.monitor.detections.travel import travel as module
from limen.monitor.detections.travel.expected import ExpectedTravel
from limen.monitor.detections.travel.travel import ABOUT, TravelDetector, TravelKnown
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.places.places import Places
from limen.monitor.places.rules import AddressList, Egress, EgressKind, PlaceRules

HOME, OFFICE, PHONE, LISBON_HOTEL, BRAZIL, VPN, TOR = (
    "203.0.113.7",
    "203.0.113.200",
    "192.0.2.9",
    "198.51.100.20",
    "198.51.100.130",
    "198.51.100.200",
    "198.51.100.140",
)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    write_mmdb(
        tmp_path / "city.mmdb",
        {
            "203.0.113.0/24": VIENNA,
            "192.0.2.0/24": {"country_code": "AT", "city": "Salzburg", "latitude": 47.8, "longitude": 13.04},
            "198.51.100.0/25": LISBON,
            "198.51.100.128/25": SAO_PAULO,
            "2001:db8::/32": {"country_code": "AT", "latitude": 47.5, "longitude": 14.5},
            "2001:db9::/32": {"country_code": "US", "latitude": 37.8, "longitude": -97.8},
            "2001:dba::/32": {"country_code": "AT"},
            "2001:dbb::/32": {"country_code": "BR"},
            "2001:dbc::/32": {"country_code": "DE"},
        },
    )
    write_mmdb(
        tmp_path / "asn.mmdb",
        {"203.0.113.0/24": owner(8447, "A1"), "198.51.100.0/25": owner(8447, "A1"), "198.51.100.128/25": owner(2, "X")},
        "ASN",
    )
    (tmp_path / "tor.txt").write_text(f"{TOR}\n")
    found = Places(tmp_path)
    rules = PlaceRules(
        ("city.mmdb", "asn.mmdb"),
        (AddressList("tor", "tor.txt", 365 * DAY),),
        (Egress("vpn", EgressKind.VPN, (f"{VPN}/32",)),),
    )
    found.look_again(rules, TUESDAY)
    return found


@pytest.fixture
def detector(places: Places) -> TravelDetector:
    return TravelDetector(places)


def sign_in(address: str, at: Instant, person: str = "p_eve", **more: Any) -> NormalEvent:
    said: dict[str, Any] = {
        "uid": f"{person} {address} {at}",
        "source": "m365",
        "class_uid": 3002,
        "activity_id": 1,
        "status_id": 1,
        "mfa": 2,
        "received_at": at,
        **more,
    }
    return NormalEvent(at=TUESDAY + at, person_id=person, src_ip=address, **said)


def feed(detector: TravelDetector, *events: NormalEvent) -> list[Hit]:
    return [hit for event in events for hit in detector.feed(event)]


def test_far_apart_within_an_hour_is_found_and_says_how_far_and_how_fast(detector: TravelDetector) -> None:
    (hit,) = feed(detector, sign_in(HOME, 0), sign_in(BRAZIL, HOUR))
    assert (hit.rule, hit.level, hit.person_id, hit.entity) == (ABOUT.id, Level.HIGH, "p_eve", "person:p_eve")
    assert (hit.says["from"], hit.says["to"]) == ("Vienna, AT", "São Paulo, BR")
    assert hit.says["km"] == pytest.approx(10_120, rel=0.01)
    assert hit.says["certain_km"] == hit.says["km"] - 300  # type: ignore[operator]
    assert (hit.says["hours"], hit.says["minutes"], hit.says["kmh"]) == ("1.0", 60, hit.says["certain_km"])
    assert hit.says["signs"] == "country"
    assert hit.events == (f"p_eve {HOME} 0", f"p_eve {BRAZIL} {HOUR}")
    assert (hit.since, hit.at) == (TUESDAY, TUESDAY + HOUR)
    assert (hit.sources, hit.is_explained_by_passkey) == (("m365",), True)


FALSE_ALARMS = {
    "a flight": [sign_in(HOME, 0), sign_in(LISBON_HOTEL, 4 * HOUR)],
    "a phone that a database sees in the next city": [sign_in(HOME, 0), sign_in(PHONE, MINUTE)],
    "two sign-ins from one network": [sign_in(HOME, 0), sign_in(OFFICE, MINUTE)],
    "out by the company's VPN": [sign_in(HOME, 0), sign_in(VPN, MINUTE), sign_in(HOME, 2 * MINUTE)],
    "an anonymiser, which has a rule of its own": [sign_in(HOME, 0), sign_in(TOR, MINUTE)],
    "somebody else's attempt": [sign_in(HOME, 0), sign_in(BRAZIL, MINUTE, status_id=2)],
    "another person": [sign_in(HOME, 0), sign_in(BRAZIL, MINUTE, person="p_ada")],
    "nobody that is known": [sign_in(HOME, 0, person=""), sign_in(BRAZIL, MINUTE, person="")],
    "a country only, and the same": [sign_in(HOME, 0), sign_in("2001:db8::1", MINUTE)],
    "the next country, where no cities are known": [sign_in("2001:dba::1", 0), sign_in("2001:dbc::1", MINUTE)],
    "the next day": [sign_in(HOME, 0), sign_in(BRAZIL, DAY)],
    "an address that no file knows": [sign_in(HOME, 0), sign_in("100.64.0.1", MINUTE)],
    "something else than a sign-in": [sign_in(HOME, 0), sign_in(BRAZIL, MINUTE, class_uid=3001)],
    "one device in one network": [
        sign_in(HOME, 0, source="limen", device_id="d_1"),
        sign_in(LISBON_HOTEL, MINUTE, source="limen", device_id="d_1"),
    ],
    "the same event twice": [sign_in(BRAZIL, 0), sign_in(BRAZIL, 0)],
}


@pytest.mark.parametrize("case", FALSE_ALARMS)
def test_what_others_cried_wolf_at_is_quiet(detector: TravelDetector, case: str) -> None:
    assert feed(detector, *FALSE_ALARMS[case]) == []


def test_leaving_by_a_vpn_breaks_no_chain(detector: TravelDetector) -> None:
    assert len(feed(detector, sign_in(HOME, 0), sign_in(VPN, MINUTE), sign_in(BRAZIL, HOUR))) == 1


def test_a_country_without_a_city_is_enough_where_it_is_far(detector: TravelDetector) -> None:
    (hit,) = feed(detector, sign_in(HOME, 0), sign_in("2001:db9::1", HOUR))
    assert hit.says["to"] == "US"


def test_a_database_of_countries_alone_is_enough_for_another_continent(detector: TravelDetector) -> None:
    (hit,) = feed(detector, sign_in("2001:dba::1", 0), sign_in("2001:dbb::1", HOUR))
    assert (hit.says["from"], hit.says["to"]) == ("AT", "BR")
    assert hit.says["certain_km"] == hit.says["km"] - 3_500  # type: ignore[operator]


def test_clocks_of_two_sources_may_differ(detector: TravelDetector) -> None:
    """Vienna to Lisbon leaves 2,000 km to fly: 2 h 10 of it is too fast, unless the clocks are some minutes apart."""
    at = 130 * MINUTE
    assert len(feed(detector, sign_in(HOME, 0), sign_in(LISBON_HOTEL, at))) == 1
    others = (sign_in(HOME, 0, "p_ada"), sign_in(LISBON_HOTEL, at, "p_ada", source="okta"))
    assert feed(detector, *others) == []


def test_events_that_come_late_are_put_where_they_happened(detector: TravelDetector) -> None:
    later, earlier, hit = sign_in(BRAZIL, HOUR), sign_in(HOME, 0), []
    assert feed(detector, later) == []
    hit = feed(detector, earlier)
    assert [(one.says["from"], one.says["to"]) for one in hit] == [("Vienna, AT", "São Paulo, BR")]


def test_one_pair_of_places_is_told_once_a_day(detector: TravelDetector) -> None:
    back_and_forth = [sign_in((HOME, BRAZIL)[number % 2], number * HOUR) for number in range(20)]
    assert [hit.level for hit in feed(detector, *back_and_forth)] == [Level.HIGH]


def test_what_is_known_of_somebody_makes_points_and_no_alert(detector: TravelDetector) -> None:
    usual = [sign_in((HOME, BRAZIL)[day % 2], day * 2 * DAY) for day in range(8)]
    assert feed(detector, *usual) == []
    (hit,) = feed(detector, sign_in(HOME, 16 * DAY), sign_in(BRAZIL, 16 * DAY + HOUR))
    assert (hit.level, hit.response, hit.says["signs"]) == (Level.LOW, "", "")


def test_a_thief_who_was_found_is_not_known_the_next_time(detector: TravelDetector) -> None:
    usual = [sign_in(HOME, day * DAY) for day in range(10)]
    caught = [sign_in(BRAZIL, 9 * DAY + HOUR), sign_in(BRAZIL, 9 * DAY + 2 * HOUR), sign_in(HOME, 10 * DAY)]
    assert [hit.level for hit in feed(detector, *usual, *caught)] == [Level.HIGH]
    (hit,) = feed(detector, sign_in(HOME, 14 * DAY), sign_in(BRAZIL, 14 * DAY + HOUR))
    assert (hit.level, hit.says["signs"]) == (Level.HIGH, "country, network")


def test_who_goes_there_in_good_time_is_known_there(detector: TravelDetector) -> None:
    usual = [sign_in(HOME, day * DAY) for day in range(10)]
    assert feed(detector, *usual, sign_in(BRAZIL, 11 * DAY)) == []
    (hit,) = feed(detector, sign_in(HOME, 14 * DAY), sign_in(BRAZIL, 14 * DAY + HOUR))
    assert hit.level is Level.LOW


@pytest.mark.parametrize(
    ("before", "last", "sign"),
    [
        ([], {"mfa": 1}, "no_mfa"),
        ([], {"user_agent": "curl/8"}, "device"),
        ([sign_in(HOME, 16 * DAY + number, status_id=2) for number in range(5)], {}, "failures"),
    ],
)
def test_what_comes_on_top_makes_it_an_alert(
    detector: TravelDetector, before: list[NormalEvent], last: dict[str, Any], sign: str
) -> None:
    usual = [sign_in((HOME, BRAZIL)[day % 2], day * 2 * DAY, user_agent="Firefox") for day in range(8)]
    assert feed(detector, *usual) == []
    now = [
        sign_in(HOME, 16 * DAY, user_agent="Firefox"),
        sign_in(BRAZIL, 16 * DAY + HOUR, **{"user_agent": "Firefox", **last}),
    ]
    (hit,) = feed(detector, *before, *now)
    assert (hit.level, hit.says["signs"]) == (Level.HIGH, sign)
    assert hit.confidence > 50


# What the company says of it


def lisbon(since: Instant = 0, until: Instant = DAY, person: str = "p_eve") -> TravelKnown:
    return TravelKnown((ExpectedTravel("t_1", person, "PT", TUESDAY + since, TUESDAY + until, "Lisbon"),))


@pytest.mark.parametrize(
    ("known", "found"),
    [
        (lisbon(), 0),
        (lisbon(until=HOUR), 1),  # it was over
        (lisbon(since=2 * HOUR), 1),  # it had not begun
        (lisbon(person="p_ada"), 1),
    ],
)
def test_a_journey_that_was_announced_is_none(detector: TravelDetector, known: TravelKnown, found: int) -> None:
    detector.known = known
    assert len(feed(detector, sign_in(HOME, 0), sign_in(LISBON_HOTEL, HOUR))) == found


def test_an_announced_journey_covers_its_country_alone(detector: TravelDetector) -> None:
    detector.known = lisbon()
    assert len(feed(detector, sign_in(HOME, 0), sign_in(BRAZIL, HOUR))) == 1


@pytest.mark.parametrize(
    ("source", "devices", "found"),
    [
        ("limen", ("d_1", "d_2"), 0),
        ("limen", ("d_1", "d_9"), 1),
        ("limen", ("d_1", ""), 1),
        ("m365", ("d_1", "d_2"), 1),  # a name that somebody else wrote proves nothing
    ],
)
def test_healthy_devices_of_the_company_at_both_ends_explain_it(
    detector: TravelDetector, source: str, devices: tuple[str, str], found: int
) -> None:
    detector.known = TravelKnown(healthy=frozenset({"d_1", "d_2"}))
    one, other = (
        sign_in(HOME, 0, source=source, device_id=devices[0]),
        sign_in(BRAZIL, HOUR, source=source, device_id=devices[1]),
    )
    assert len(feed(detector, one, other)) == found


@pytest.mark.parametrize(("sessions", "found"), [({"s_1": "d_1", "s_2": "d_2"}, 0), ({"s_1": "d_1"}, 1), ({}, 1)])
def test_sessions_that_are_bound_to_healthy_devices_explain_it(
    detector: TravelDetector, sessions: dict[str, str], found: int
) -> None:
    detector.feed(sign_in(HOME, 0, source="limen", session="s_1"))
    detector.known = TravelKnown(healthy=frozenset({"d_1", "d_2"}), sessions=sessions)  # it was bound after the sign-in
    assert len(feed(detector, sign_in(BRAZIL, HOUR, source="limen", session="s_2"))) == found
    assert (
        len(
            feed(
                detector, sign_in(BRAZIL, 2 * HOUR, "p_ada", session="s_1"), sign_in(HOME, HOUR, "p_ada", session="s_2")
            )
        )
        == 1
    )


# Sessions in other hands


def use(address: str, at: Instant, effect: str = "permit") -> NormalEvent:
    return sign_in(
        address,
        at,
        source="limen",
        class_uid=4002,
        activity_id=99,
        kind="decision",
        session="s_1",
        fields={"effect": effect},
    )


def test_a_session_that_turns_up_elsewhere_is_found(detector: TravelDetector) -> None:
    opened = sign_in(HOME, 0, source="limen", session="s_1", fields={"strength": 3})
    assert feed(detector, opened, use(HOME, MINUTE), use(BRAZIL, HOUR, "deny")) == []
    (hit,) = feed(detector, use(BRAZIL, HOUR))
    assert (hit.session, hit.level) == ("s_1", Level.HIGH)


def test_a_copied_cookie_of_a_healthy_device_is_found(detector: TravelDetector) -> None:
    detector.known = TravelKnown(healthy=frozenset({"d_1"}), sessions={"s_1": "d_1"})
    opened = sign_in(HOME, 0, source="limen", session="s_1", fields={"strength": 3})
    (hit,) = feed(detector, opened, use(HOME, MINUTE), use(BRAZIL, HOUR))
    assert hit.session == "s_1"


# What is remembered


def test_a_restart_forgets_nothing(detector: TravelDetector, places: Places) -> None:
    feed(detector, sign_in(HOME, 0))
    again = TravelDetector(places)
    again.restore(detector.snapshot())
    (hit,) = feed(again, sign_in(BRAZIL, HOUR))
    assert hit == feed(detector, sign_in(BRAZIL, HOUR))[0]
    assert again.snapshot() == detector.snapshot()


@pytest.mark.parametrize("snapshot", [b"", b"\xc1", b"\x01", b"{}", b"\x82\xa6people\x01\xa8sessions\x80"])
def test_a_snapshot_that_is_none_changes_nothing(detector: TravelDetector, snapshot: bytes) -> None:
    feed(detector, sign_in(HOME, 0))
    with pytest.raises(ValueError, match="snapshot"):
        detector.restore(snapshot)
    assert len(feed(detector, sign_in(BRAZIL, HOUR))) == 1


def test_an_erased_person_is_forgotten(detector: TravelDetector) -> None:
    feed(detector, sign_in(HOME, 0))
    detector.limit_to({"p_ada"})
    assert b"p_eve" not in detector.snapshot()


def test_whoever_was_erased_while_nothing_ran_is_forgotten_at_the_start(
    detector: TravelDetector, places: Places
) -> None:
    feed(detector, sign_in(HOME, 0))
    again = TravelDetector(places)
    again.limit_to({"p_ada"})
    again.restore(detector.snapshot())
    assert b"p_eve" not in again.snapshot()


def test_what_is_remembered_is_bounded(detector: TravelDetector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered_people, "MOST_PEOPLE", 20)
    monkeypatch.setattr(module, "MOST_SESSIONS", 20)
    for number in range(2_000):
        event = sign_in(HOME, number, f"p_{number % 50}", user_agent=f"x{number}" * 50, session=f"s_{number}")
        detector.feed(event)
        detector.feed(sign_in(HOME, number, "p_0", status_id=2))
    assert len(detector._remembered.memory.people) <= 20
    assert len(detector._remembered.memory.sessions) <= 20
    assert len(detector.snapshot()) < 300_000
