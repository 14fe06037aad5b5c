from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from tests.policy.scene import BERLIN, NOW, VIEW, engine_of, facts

from limen.cedar import CedarSet, Datetime, IpRange
from limen.clock import DAY, HOUR, MINUTE, from_iso
from limen.facts import ANYBODY, Auth, Device, Factor, Facts, Grant, Place
from limen.policy import Effect, Request
from limen.policy.cedar_view import Calendar, view_of


def test_what_is_not_known_reads_as_the_worst_it_could_be() -> None:
    context = view_of(Facts(app=facts().app)).context(VIEW, NOW, {"weekday": 2, "minute": 600})
    assert context["auth"]["strength"] == 0
    assert context["device"] == {
        "known": False,
        "id": "",
        "compliance": "unknown",
        "managed": False,
        "binding": 0,
        "platform": "",
        "seen": Datetime(0),
        "passing": CedarSet(()),
        "risk": 3,
    }
    assert context["risk"] == {"known": False, "score": 100}
    assert context["place"] == {"known": False, "country": "", "network": "", "anonymiser": True}
    assert context["grant"] == {"active": False, "until": Datetime(0)}
    assert context["session"] == {"known": False, "started": Datetime(0), "authenticator": ""}


def test_nobody_is_a_person_without_a_name_in_no_group() -> None:
    seen = view_of(replace(facts(), person=ANYBODY))
    assert (seen.principal.uid, seen.principal.ancestors) == (("Person", ""), frozenset())
    assert seen.principal.attrs == {"active": False}


def test_an_address_is_one_cedar_can_compare() -> None:
    seen = view_of(facts(place=Place("2001:db8::7")))
    assert seen.record["place"]["address"] == IpRange(6, 0x20010DB8 << 96 | 7, 128)


def test_the_same_facts_are_translated_once() -> None:
    known = facts()
    assert view_of(known) is view_of(known)


def test_a_new_proof_changes_the_proof_alone() -> None:
    seen = view_of(facts(strength=1))
    proved = seen.proved(Auth(3, frozenset(), NOW))
    assert proved.record["auth"]["strength"] == 3
    assert proved.record["device"] is seen.record["device"]
    assert seen.record["auth"]["strength"] == 1


def test_a_new_proof_counts_for_what_was_asked_before_and_for_what_is_asked_next() -> None:
    engine = engine_of(
        '@id("s") permit (principal, action == Action::"view", resource) when { context.auth.strength >= 3 };'
    )
    seen = view_of(facts(strength=1))
    assert engine.answer(VIEW, seen, NOW)[0] is Effect.CHALLENGE
    proved = seen.proved(Auth(3, frozenset({Factor.PASSKEY}), NOW))
    assert engine.answer(VIEW, proved, NOW)[0] is Effect.PERMIT
    assert engine.answer(Request("edit"), proved, NOW)[0] is Effect.DENY
    assert engine.answer(VIEW, seen, NOW)[0] is Effect.CHALLENGE


def test_only_a_grant_for_this_app_and_action_that_still_lasts_counts() -> None:
    grants = (
        Grant("1", "wiki", frozenset({"view"}), NOW + HOUR),
        Grant("2", "wiki", frozenset({"view", "edit"}), NOW + MINUTE),
        Grant("3", "crm", frozenset({"view"}), NOW + DAY),
        Grant("4", "wiki", frozenset({"edit"}), NOW + DAY),
    )
    seen = view_of(facts(grants=grants))
    assert seen.context(VIEW, NOW, {})["grant"] == {"active": True, "until": Datetime(NOW + HOUR)}
    assert seen.context(VIEW, NOW + HOUR, {})["grant"] == {"active": False, "until": Datetime(0)}


@pytest.mark.parametrize(
    ("device", "counts"),
    [
        (Device("d1", known=True), True),
        (Device("d1", known=True, bound_until=NOW + 1), True),
        (Device("d1", known=True, bound_until=NOW), False),
        (Device("d1"), False),
        (Device("d2", known=True), False),
        (Device(), False),
    ],
    ids=["there", "tied", "tie-over", "not-known", "another", "none"],
)
def test_a_grant_that_was_asked_for_on_a_device_counts_on_that_one_alone(device: Device, *, counts: bool) -> None:
    engine = engine_of('@id("g") permit (principal, action, resource) when { context.grant.active };')
    bound = facts(device=device, grants=(Grant("1", "wiki", frozenset({"view"}), NOW + HOUR, device="d1"),))
    assert (engine.decide(VIEW, bound, NOW).effect is Effect.PERMIT) is counts
    assert view_of(bound).context(VIEW, NOW, {})["grant"]["active"] is counts  # type: ignore[index,call-overload]
    assert view_of(bound).granted_elsewhere("view", NOW) == (0 if counts else NOW + HOUR)
    assert view_of(bound).granted_elsewhere("edit", NOW) == 0


def test_a_grant_is_over_with_the_tie_to_its_device() -> None:
    engine = engine_of('@id("g") permit (principal, action, resource) when { context.grant.active };')
    grants = (Grant("1", "wiki", frozenset({"view"}), NOW + HOUR, device="d1"),)
    tied = facts(device=Device("d1", known=True, bound_until=NOW + MINUTE), grants=grants)
    assert engine.decide(VIEW, tied, NOW).effect is Effect.PERMIT
    assert engine.valid_until(VIEW, tied, NOW) == NOW + MINUTE
    assert engine.unchanged_until(VIEW, tied, NOW) == NOW + MINUTE


@pytest.mark.parametrize(
    ("instant", "weekday", "minute"),
    [
        ("2026-11-24T09:00:00Z", 2, 600),
        ("2026-11-29T22:59:59Z", 7, 1439),
        ("2026-11-29T23:00:00Z", 1, 0),
        ("2026-07-01T09:00:00Z", 3, 660),
    ],
)
def test_the_calendar_is_that_of_the_zone(instant: str, weekday: int, minute: int) -> None:
    assert Calendar(BERLIN).at(from_iso(instant)) == {"weekday": weekday, "minute": minute}


def test_the_calendar_remembers_only_the_minute_it_was_asked_about() -> None:
    calendar = Calendar(UTC)
    assert calendar.at(NOW) == calendar.at(NOW + MINUTE - 1)
    assert calendar.at(NOW + MINUTE)["minute"] == calendar.at(NOW)["minute"] + 1


@pytest.mark.parametrize(
    ("zone", "instant", "midnight"),
    [
        ("Europe/Berlin", "2026-11-24T09:00:00Z", "2026-11-24T23:00:00Z"),
        ("Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),  # a day of 25 hours
        ("America/Santiago", "2026-09-05T12:00:00Z", "2026-09-06T04:00:00Z"),  # midnight itself is skipped
    ],
)
def test_the_next_midnight_is_the_local_one(zone: str, instant: str, midnight: str) -> None:
    assert Calendar(ZoneInfo(zone)).midnight_after(from_iso(instant)) == from_iso(midnight)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin"])
@pytest.mark.parametrize(
    "at", [-(2**63), 2**63 - 1, from_iso("9999-12-31T23:59:59Z"), from_iso("0001-01-01T00:00:00Z")]
)
def test_an_instant_beyond_all_calendars_still_has_a_time_of_day(zone: str, at: int) -> None:
    calendar = Calendar(ZoneInfo(zone))
    time = calendar.at(at)
    assert 1 <= time["weekday"] <= 7  # type: ignore[operator]
    assert 0 <= time["minute"] < 1440  # type: ignore[operator]


def test_what_a_device_reported_counts_for_as_long_as_it_is_said_to() -> None:
    device = Device("d1", True, "compliant", True, 1, "linux", NOW, frozenset({"updates"}), 15 * MINUTE, NOW + HOUR)
    seen = view_of(facts(device=device))
    fades_at = NOW + 15 * MINUTE
    assert seen.device_ends() == [fades_at]
    known = [seen.context(VIEW, at, {})["device"] for at in (NOW, fades_at - 1, fades_at)]
    told = [(one["compliance"], list(one["passing"].items)) for one in known if isinstance(one, dict)]
    assert told == [("compliant", ["updates"]), ("compliant", ["updates"]), ("unknown", [])]
    assert [(one["managed"], one["known"], one["id"]) for one in known if isinstance(one, dict)] == [
        (True, True, "d1")
    ] * 3
    bound = view_of(facts(device=replace(device, bound_until=NOW + MINUTE)))
    assert bound.context(VIEW, NOW + MINUTE, {})["device"] == view_of(facts(device=Device())).record["device"]
    assert replace(device, due_at=NOW + MINUTE).fades_at == NOW + MINUTE
    assert replace(device, fresh_ms=0, due_at=0).fades_at == 0


def test_an_answer_holds_no_longer_than_the_report_that_it_rests_on() -> None:
    engine = engine_of(
        '@id("p") permit (principal, action, resource) when { context.device.compliance == "compliant" };'
    )
    known = facts(device=Device("d1", True, "compliant", seen_at=NOW, fresh_ms=15 * MINUTE))
    fades_at = NOW + 15 * MINUTE
    assert engine.valid_until(VIEW, known, NOW) == engine.unchanged_until(VIEW, known, NOW) == fades_at
    assert [engine.decide(VIEW, known, at).effect for at in (NOW, fades_at - 1, fades_at)] == [
        Effect.PERMIT,
        Effect.PERMIT,
        Effect.DENY,
    ]
    assert [(one.kind, one.what) for one in engine.remedies(VIEW, known, fades_at)[0]] == [
        ("mend_device", "compliance")
    ]
