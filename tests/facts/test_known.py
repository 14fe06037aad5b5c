"""What a session is worth, and how fast a changed fact reaches a decision: at once."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

import pytest

from limen.clock import HOUR, MINUTE
from limen.facts import App, Auth, Device, Factor, Group, Known, Label, Person, Risk, Session, Standing, Upstream

NOW = 1_795_000_000_000
MIRA = Person(id="p1", name="Mira Solano", email="mira@harbor.example", groups=frozenset({"staff"}), active=True)
WIKI = App(
    id="wiki", name="Wiki", host="wiki.harbor.example", upstream=Upstream("http://127.0.0.1:1"), label=Label.INTERNAL
)
SIGN_IN = Session(
    id="s1",
    person_id="p1",
    auth=Auth(strength=3, factors=frozenset({Factor.PASSKEY}), at=NOW),
    started_at=NOW,
    expires_at=NOW + 12 * HOUR,
    idle_ms=2 * HOUR,
)
AT_WIKI = replace(SIGN_IN, id="s2", app="wiki", parent="s1", auth=Auth())
A, B = b"a" * 32, b"b" * 32


@pytest.fixture
def known() -> Known:
    known = Known()
    known.set_company([WIKI], [Group("staff")], (("office", ip_network("203.0.113.0/24")),))
    known.put_person(MIRA)
    known.put_session(A, SIGN_IN)
    known.put_session(B, AT_WIKI)
    return known


def test_a_token_finds_its_session_and_no_other(known: Known) -> None:
    assert known.session(A) == SIGN_IN
    assert known.session(b"c" * 32) is None


def test_nobody_is_not_signed_in(known: Known) -> None:
    assert known.standing(None, "wiki", NOW) is Standing.NOT_SIGNED_IN


def test_a_session_is_good_on_its_own_host_only(known: Known) -> None:
    assert known.standing(SIGN_IN, "", NOW) is Standing.LIVE
    assert known.standing(AT_WIKI, "wiki", NOW) is Standing.LIVE
    assert known.standing(AT_WIKI, "payroll", NOW) is Standing.OTHER_APP
    assert known.standing(SIGN_IN, "wiki", NOW) is Standing.OTHER_APP
    assert known.standing(AT_WIKI, "", NOW) is Standing.OTHER_APP


def test_an_app_session_dies_with_the_sign_in_it_hangs_on(known: Known) -> None:
    known.drop_session("s1")
    assert known.standing(AT_WIKI, "wiki", NOW) is Standing.REVOKED


@pytest.mark.parametrize("subject", [("company", ""), ("person", "p1"), ("session", "s1"), ("session", "s2")])
def test_what_was_issued_before_not_before_is_dead(known: Known, subject: tuple[str, str]) -> None:
    known.set_not_before(subject, NOW + 1)
    assert known.standing(AT_WIKI, "wiki", NOW + 1) is Standing.REVOKED


def test_not_before_of_somebody_else_changes_nothing(known: Known) -> None:
    known.set_not_before(("person", "p2"), NOW + 1)
    assert known.standing(AT_WIKI, "wiki", NOW + 1) is Standing.LIVE


def test_not_before_only_moves_forward(known: Known) -> None:
    known.set_not_before(("person", "p1"), NOW + 1)
    known.set_not_before(("person", "p1"), NOW - 1)
    assert known.standing(SIGN_IN, "", NOW) is Standing.REVOKED


def test_a_quarantined_device_ends_its_sessions(known: Known) -> None:
    known.put_session(A, replace(SIGN_IN, device_id="d1"))
    known.set_not_before(("device", "d1"), NOW + 1)
    assert known.standing(known.session(A), "", NOW + 1) is Standing.REVOKED


def test_an_inactive_or_forgotten_person_has_no_session(known: Known) -> None:
    known.put_person(replace(MIRA, active=False))
    assert known.standing(AT_WIKI, "wiki", NOW) is Standing.PERSON_INACTIVE
    known.drop_person("p1")
    assert known.standing(AT_WIKI, "wiki", NOW) is Standing.PERSON_INACTIVE


def test_a_session_ends_at_its_absolute_end_even_in_use(known: Known) -> None:
    known.used(SIGN_IN, NOW + 12 * HOUR - 1)
    assert known.standing(SIGN_IN, "", NOW + 12 * HOUR - 1) is Standing.LIVE
    assert known.standing(SIGN_IN, "", NOW + 12 * HOUR) is Standing.ENDED


def test_an_unused_session_idles_out_and_an_app_in_use_keeps_it_alive(known: Known) -> None:
    assert known.standing(SIGN_IN, "", NOW + 2 * HOUR) is Standing.ENDED
    known.used(AT_WIKI, NOW + HOUR)
    assert known.standing(SIGN_IN, "", NOW + 2 * HOUR) is Standing.LIVE
    assert known.ends_at(SIGN_IN) == NOW + 3 * HOUR
    assert known.last_used("s1") == NOW + HOUR


def test_a_step_up_at_sign_in_is_seen_by_every_app_at_once(known: Known) -> None:
    before = known.facts(AT_WIKI, WIKI, "203.0.113.9")
    stepped_up = Auth(strength=3, factors=frozenset({Factor.PASSKEY}), at=NOW + MINUTE)
    known.put_session(A, replace(SIGN_IN, auth=stepped_up))
    assert before.auth.at == NOW
    assert known.facts(AT_WIKI, WIKI, "203.0.113.9").auth.at == NOW + MINUTE


def test_facts_are_the_same_value_until_one_of_them_changes(known: Known) -> None:
    first = known.facts(AT_WIKI, WIKI, "203.0.113.9")
    assert known.facts(AT_WIKI, WIKI, "203.0.113.9") is first
    known.put_risk("p1", Risk(score=10, known=True, at=NOW))
    second = known.facts(AT_WIKI, WIKI, "203.0.113.9")
    assert second is not first
    assert second.risk.score == 10


def test_what_is_not_known_reads_as_the_worst(known: Known) -> None:
    facts = known.facts(AT_WIKI, WIKI, "198.51.100.7")
    assert (facts.device.known, facts.device.compliance) == (False, "unknown")
    assert (facts.risk.known, facts.risk.score) == (False, 100)
    assert (facts.place.known, facts.place.country, facts.place.network, facts.place.anonymiser) == (
        False,
        "",
        "",
        True,
    )


def test_an_address_is_placed_in_the_companys_networks(known: Known) -> None:
    assert known.place("203.0.113.9").network == "office"
    assert known.place("not an address").address == ""


def test_a_known_device_is_among_the_facts(known: Known) -> None:
    known.put_device(Device(id="d1", known=True, compliance="compliant"))
    known.put_session(B, replace(AT_WIKI, device_id="d1"))
    assert known.facts(known.session(B), WIKI, "").device.compliance == "compliant"


def test_nobody_has_facts_too(known: Known) -> None:
    facts = known.facts(None, WIKI, "203.0.113.9")
    assert (facts.person.id, facts.auth.strength, facts.session) == ("", 0, None)


def test_watchers_are_told_what_changed_until_they_stop(known: Known) -> None:
    told: list[tuple[str, str]] = []
    stop = known.watch(told.append)
    known.drop_session("s2")
    known.drop_session("s2")
    stop()
    known.put_person(MIRA)
    assert told == [("session", "s2")]


def test_a_new_revision_takes_over_all_at_once(known: Known) -> None:
    known.set_company([replace(WIKI, host="pages.harbor.example")], [])
    assert list(known.apps_by_host) == ["pages.harbor.example"]
    assert known.place("203.0.113.9").network == ""
