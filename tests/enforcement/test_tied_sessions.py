"""What a request without its tie is worth, and when it is a copy's; each theft as a whole is in tests/attacks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.enforcement.house import KeptJournal

from limen.clock import HOUR, MINUTE
from limen.enforcement.tied_sessions import TiedSessions
from limen.facts import App, Auth, Device, Facts, FactStore, Group, Person, Session, Upstream
from limen.facts.assembling import OVER
from limen.ties import AT_THE_CHANGE, BY_AGENT, Ties

NOW = 1_795_000_000_000
WIKI = App(id="wiki", name="Wiki", host="wiki.harbor.example", upstream=Upstream(""))
SIGN_IN = Session(
    id="s1",
    person_id="p1",
    auth=Auth(),
    started_at=NOW,
    expires_at=NOW + 12 * HOUR,
    idle_ms=2 * HOUR,
    device_id="d1",
    binding=1,
    bound_until=NOW + BY_AGENT,
)
A = b"a" * 32


@pytest.fixture
def known() -> FactStore:
    known = FactStore()
    known.set_company([WIKI], [Group("staff")])
    known.people.put(Person(id="p1", name="Mira Solano", email="mira@harbor.example"))
    known.devices.put(Device(id="d1", known=True))
    known.sessions.put(A, SIGN_IN)
    return known


@pytest.fixture
def tied(known: FactStore) -> TiedSessions:
    return TiedSessions(known, Ties(b"k" * 32), KeptJournal())


def seen(tied: TiedSessions, known: FactStore, session: Session, *, is_tied: bool, now: int = NOW) -> Facts:
    return tied.facts(known.facts(session, WIKI, ""), session, now, b"", "192.0.2.1", is_tied=is_tied)


def test_only_the_tie_of_the_session_ties_it_and_only_once_in_a_request(tied: TiedSessions) -> None:
    tie = b"__Host-limen-tie=" + tied.ties.give("s1", NOW, BY_AGENT).encode()
    assert tied.held_until(SIGN_IN, b"__Host-limen=x; " + tie, NOW)
    assert not tied.held_until(replace(SIGN_IN, id="s2"), tie, NOW)
    assert not tied.held_until(SIGN_IN, tie + b"; " + tie, NOW)
    assert not tied.held_until(SIGN_IN, b"", NOW)
    assert not tied.held_until(SIGN_IN, tie, NOW + BY_AGENT)


def test_a_tie_is_expected_of_whoever_is_on_a_device_and_of_nobody_else(known: FactStore, tied: TiedSessions) -> None:
    assert tied.are_expected(SIGN_IN, known.facts(SIGN_IN, WIKI, ""))
    loose = replace(SIGN_IN, binding=0, bound_until=0, device_id="")
    known.sessions.put(A, loose)
    assert not tied.are_expected(loose, known.facts(loose, WIKI, ""))
    assert tied.are_expected(replace(loose, tied_from=NOW), known.facts(loose, WIKI, ""))


def test_without_its_tie_a_session_is_bound_to_nothing_and_the_copy_is_told_once(
    known: FactStore, tied: TiedSessions
) -> None:
    assert seen(tied, known, SIGN_IN, is_tied=True).device.binding == 1
    for _ in range(3):
        there = seen(tied, known, SIGN_IN, is_tied=False)
        assert there.session == SIGN_IN
        assert there.device.bound_until <= NOW or there.device.binding == 0
    assert [event.kind for event in tied._journal.events] == ["device.cookie_copied"]  # type: ignore[attr-defined]


def test_a_session_with_a_key_of_its_browser_opens_nothing_without_a_tie(known: FactStore, tied: TiedSessions) -> None:
    firm = replace(SIGN_IN, tied_from=NOW + MINUTE)
    known.sessions.put(A, firm)
    assert seen(tied, known, firm, is_tied=False).session == firm
    assert seen(tied, known, firm, is_tied=False, now=NOW + MINUTE).session is None


def test_a_sign_in_is_as_good_as_the_tie_that_comes_with_it(known: FactStore, tied: TiedSessions) -> None:
    tie = tied.ties.give("s1", NOW - MINUTE, BY_AGENT).encode()
    firm = replace(SIGN_IN, tied_from=NOW)
    for session in (SIGN_IN, firm):
        assert tied.usable(session, tie, "limen", "", NOW) == (session, NOW - MINUTE + BY_AGENT)
    assert tied.usable(SIGN_IN, b"", "limen", "", NOW) == (replace(SIGN_IN, bound_until=OVER), 0)
    assert tied.usable(firm, b"", "limen", "", NOW) == (None, 0)
    loose = replace(SIGN_IN, binding=0, bound_until=0, device_id="")
    assert tied.usable(loose, b"", "limen", "", NOW) == (loose, 0)


def test_at_an_app_a_browser_whose_tie_is_over_gets_none_by_itself_and_is_no_copy(tied: TiedSessions) -> None:
    there = replace(SIGN_IN, id="s2", app="wiki", parent="s1", tied_from=NOW)
    assert tied.is_copied(there, NOW)
    assert not tied.is_copied(there, there.bound_until)
    assert tied.is_copied(replace(SIGN_IN, bound_until=0, tied_from=NOW), NOW), "it gets one by its key"


def test_right_after_a_tie_was_given_a_request_without_it_is_no_copys(tied: TiedSessions) -> None:
    assert tied.is_copied(SIGN_IN, NOW)
    tied.ties.give("s1", NOW, BY_AGENT)
    assert not tied.is_copied(SIGN_IN, NOW)
    assert tied.is_copied(SIGN_IN, NOW + AT_THE_CHANGE)
    assert not tied.is_copied(SIGN_IN, SIGN_IN.bound_until), "nothing tells a copy from a browser that slept"
