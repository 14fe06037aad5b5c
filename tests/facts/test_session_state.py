"""What a session is worth, on which host, and what ends it: time, `not_before`, its person, its sign-in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.facts.harbor import AT_WIKI, MIRA, NOW, SIGN_IN, A

from limen.clock import HOUR
from limen.facts import (
    FactStore,
    SessionState,
)


def test_nobody_is_not_signed_in(known: FactStore) -> None:
    assert known.session_state(None, "wiki", NOW) is SessionState.NOT_SIGNED_IN


def test_a_session_is_good_on_its_own_host_only(known: FactStore) -> None:
    assert known.session_state(SIGN_IN, "", NOW) is SessionState.LIVE
    assert known.session_state(AT_WIKI, "wiki", NOW) is SessionState.LIVE
    assert known.session_state(AT_WIKI, "payroll", NOW) is SessionState.OTHER_APP
    assert known.session_state(SIGN_IN, "wiki", NOW) is SessionState.OTHER_APP
    assert known.session_state(AT_WIKI, "", NOW) is SessionState.OTHER_APP


def test_an_app_session_dies_with_the_sign_in_it_hangs_on(known: FactStore) -> None:
    known.sessions.drop("s1")
    assert known.session_state(AT_WIKI, "wiki", NOW) is SessionState.REVOKED


@pytest.mark.parametrize("subject", [("company", ""), ("person", "p1"), ("session", "s1"), ("session", "s2")])
def test_what_was_issued_before_not_before_is_dead(known: FactStore, subject: tuple[str, str]) -> None:
    known.set_not_before(subject, NOW + 1)
    assert known.session_state(AT_WIKI, "wiki", NOW + 1) is SessionState.REVOKED


def test_not_before_of_somebody_else_changes_nothing(known: FactStore) -> None:
    known.set_not_before(("person", "p2"), NOW + 1)
    assert known.session_state(AT_WIKI, "wiki", NOW + 1) is SessionState.LIVE


def test_not_before_only_moves_forward(known: FactStore) -> None:
    known.set_not_before(("person", "p1"), NOW + 1)
    known.set_not_before(("person", "p1"), NOW - 1)
    assert known.session_state(SIGN_IN, "", NOW) is SessionState.REVOKED


def test_a_quarantined_device_ends_its_sessions(known: FactStore) -> None:
    known.sessions.put(A, replace(SIGN_IN, device_id="d1"))
    known.set_not_before(("device", "d1"), NOW + 1)
    assert known.session_state(known.session(A), "", NOW + 1) is SessionState.REVOKED


def test_an_inactive_or_forgotten_person_has_no_session(known: FactStore) -> None:
    known.people.put(replace(MIRA, active=False))
    assert known.session_state(AT_WIKI, "wiki", NOW) is SessionState.PERSON_INACTIVE
    known.people.drop("p1")
    assert known.session_state(AT_WIKI, "wiki", NOW) is SessionState.PERSON_INACTIVE


def test_a_session_ends_at_its_absolute_end_even_in_use(known: FactStore) -> None:
    known.used(SIGN_IN, NOW + 12 * HOUR - 1)
    assert known.session_state(SIGN_IN, "", NOW + 12 * HOUR - 1) is SessionState.LIVE
    assert known.session_state(SIGN_IN, "", NOW + 12 * HOUR) is SessionState.ENDED


def test_an_unused_session_idles_out_and_an_app_in_use_keeps_it_alive(known: FactStore) -> None:
    assert known.session_state(SIGN_IN, "", NOW + 2 * HOUR) is SessionState.ENDED
    known.used(AT_WIKI, NOW + HOUR)
    assert known.session_state(SIGN_IN, "", NOW + 2 * HOUR) is SessionState.LIVE
    assert known.ends_at(SIGN_IN) == NOW + 3 * HOUR
    assert known.last_used("s1") == NOW + HOUR


def test_what_an_unused_session_let_into_a_network_goes_on_to_the_absolute_end(known: FactStore) -> None:
    for session, app in ((SIGN_IN, ""), (AT_WIKI, "wiki")):
        assert known.session_state(session, app, NOW + 12 * HOUR - 1, idles=False) is SessionState.LIVE
        assert known.session_state(session, app, NOW + 12 * HOUR, idles=False) is SessionState.ENDED
        assert known.ends_at(session, idles=False) == NOW + 12 * HOUR
    known.set_not_before(("session", "s1"), NOW + 1)
    assert known.session_state(AT_WIKI, "wiki", NOW, idles=False) is SessionState.REVOKED


def test_a_session_ends_with_its_account(known: FactStore) -> None:
    known.people.put(replace(MIRA, ends_at=NOW + HOUR))
    assert known.session_state(SIGN_IN, "", NOW + HOUR - 1) is SessionState.LIVE
    assert known.session_state(SIGN_IN, "", NOW + HOUR) is SessionState.ENDED
    assert known.ends_at(SIGN_IN) == NOW + HOUR
