"""What is known now: taken over at once, found by whom it hangs on, and told to whoever watches."""

from __future__ import annotations

from dataclasses import replace

from tests.facts.harbor import AT_WIKI, MIRA, NOW, SIGN_IN, WIKI, A, B

from limen.clock import HOUR, MINUTE
from limen.facts import (
    Auth,
    Factor,
    FactStore,
    Grant,
    Place,
    SessionState,
)


def test_a_token_finds_its_session_and_no_other(known: FactStore) -> None:
    assert known.session(A) == SIGN_IN
    assert known.session(b"c" * 32) is None


def test_a_secret_that_was_replaced_opens_nothing_though_it_was_used_just_now(known: FactStore) -> None:
    for _ in range(2):
        assert known.admit(B, WIKI, "203.0.113.9", NOW)[1] is SessionState.LIVE
    known.sessions.put(b"n" * 32, AT_WIKI)
    assert known.admit(B, WIKI, "203.0.113.9", NOW)[:2] == (None, SessionState.NOT_SIGNED_IN)
    assert known.admit(b"n" * 32, WIKI, "203.0.113.9", NOW)[0] == AT_WIKI


def test_a_step_up_at_sign_in_is_seen_by_every_app_at_once(known: FactStore) -> None:
    before = known.facts(AT_WIKI, WIKI, "203.0.113.9")
    stepped_up = Auth(strength=3, factors=frozenset({Factor.PASSKEY}), at=NOW + MINUTE)
    known.sessions.put(A, replace(SIGN_IN, auth=stepped_up))
    assert before.auth.at == NOW
    assert known.facts(AT_WIKI, WIKI, "203.0.113.9").auth.at == NOW + MINUTE


def test_grants_and_what_is_known_of_a_place_come_and_go(known: FactStore) -> None:
    grant = Grant("g1", "wiki", frozenset({"edit"}), until=NOW + HOUR)
    known.grants.put("p1", (grant,))
    known.places.put("203.0.113.9", Place("203.0.113.9", known=True, country="DE", anonymiser=False))
    facts = known.facts(AT_WIKI, WIKI, "203.0.113.9")
    assert facts.grants == (grant,)
    assert facts.place == Place("203.0.113.9", known=True, country="DE", network="office", anonymiser=False)
    known.grants.drop("p1")
    known.places.drop("203.0.113.9")
    facts = known.facts(AT_WIKI, WIKI, "203.0.113.9")
    assert (facts.grants, facts.place.known, facts.place.network) == ((), False, "office")


def test_whoever_locates_is_asked_once_of_an_address_until_places_change(known: FactStore) -> None:
    asked: list[tuple[str, str]] = []

    def locate(country: str) -> None:
        def found(address: str, network: str) -> Place:
            asked.append((address, network))
            return Place(known=True, country=country, anonymiser=False)

        known.locate_by(found)

    locate("AT")
    for address in ("203.0.113.9", "203.0.113.9", "2001:DB8::1"):
        assert known.facts(AT_WIKI, WIKI, address).place.country == "AT"
    assert asked == [("203.0.113.9", "office"), ("2001:db8::1", "")]
    assert known.facts(AT_WIKI, WIKI, "203.0.113.9").place == Place("203.0.113.9", True, "AT", "office", False)
    locate("PT")
    assert known.facts(AT_WIKI, WIKI, "203.0.113.9").place.country == "PT"
    assert known.place("no address") == Place()


def test_what_is_issued_is_found_by_whom_and_what_it_hangs_on(known: FactStore) -> None:
    token = replace(AT_WIKI, id="t1", parent="")
    known.tokens.put(b"t" * 32, token)
    assert known.issued_to(("person", "p1")) == [SIGN_IN, AT_WIKI, token]
    assert known.issued_to(("session", "s1")) == [AT_WIKI]
    assert known.issued_to(("device", "d1")) == []


def test_watchers_are_told_what_changed_until_they_stop(known: FactStore) -> None:
    told: list[tuple[str, str]] = []
    stop = known.watch(told.append)
    known.sessions.drop("s2")
    known.sessions.drop("s2")
    stop()
    known.people.put(MIRA)
    assert told == [("session", "s2")]


def test_a_new_revision_takes_over_all_at_once(known: FactStore) -> None:
    known.set_company([replace(WIKI, host="pages.harbor.example")], [])
    assert list(known.apps_by_host) == ["pages.harbor.example"]
    assert known.place("203.0.113.9").network == ""


def test_what_a_parts_file_says_is_found_by_its_type() -> None:
    known = FactStore()
    told: list[tuple[str, str]] = []
    known.watch(told.append)
    assert known.rules_of(str) is None
    known.set_rules(str, "watch")
    known.set_rules(str, "watch")
    assert (known.rules_of(str), known.rules_of(int), told) == ("watch", None, [("apps", "")])
