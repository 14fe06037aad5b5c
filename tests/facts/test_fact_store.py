"""What a session is worth, and how fast a changed fact reaches a decision: at once."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from ipaddress import ip_network

import pytest

from limen.clock import HOUR, MINUTE
from limen.facts import (
    UNKNOWN_DEVICE,
    UNKNOWN_RISK,
    App,
    Auth,
    Device,
    Factor,
    Facts,
    FactStore,
    Grant,
    Group,
    Label,
    Person,
    Place,
    Risk,
    Session,
    SessionState,
    Upstream,
)
from limen.facts.fact_store import OVER

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
AT_WIKI = replace(SIGN_IN, id="s2", app="wiki", parent="s1", auth=Auth(), binding=1)
A, B = b"a" * 32, b"b" * 32


@pytest.fixture
def known() -> FactStore:
    known = FactStore()
    known.set_company([WIKI], [Group("staff")], (("office", ip_network("203.0.113.0/24")),))
    known.people.put(MIRA)
    known.sessions.put(A, SIGN_IN)
    known.sessions.put(B, AT_WIKI)
    return known


def test_a_token_finds_its_session_and_no_other(known: FactStore) -> None:
    assert known.session(A) == SIGN_IN
    assert known.session(b"c" * 32) is None


def test_a_secret_that_was_replaced_opens_nothing_though_it_was_used_just_now(known: FactStore) -> None:
    for _ in range(2):
        assert known.admit(B, WIKI, "203.0.113.9", NOW)[1] is SessionState.LIVE
    known.sessions.put(b"n" * 32, AT_WIKI)
    assert known.admit(B, WIKI, "203.0.113.9", NOW)[:2] == (None, SessionState.NOT_SIGNED_IN)
    assert known.admit(b"n" * 32, WIKI, "203.0.113.9", NOW)[0] == AT_WIKI


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


def test_a_step_up_at_sign_in_is_seen_by_every_app_at_once(known: FactStore) -> None:
    before = known.facts(AT_WIKI, WIKI, "203.0.113.9")
    stepped_up = Auth(strength=3, factors=frozenset({Factor.PASSKEY}), at=NOW + MINUTE)
    known.sessions.put(A, replace(SIGN_IN, auth=stepped_up))
    assert before.auth.at == NOW
    assert known.facts(AT_WIKI, WIKI, "203.0.113.9").auth.at == NOW + MINUTE


def test_facts_are_the_same_value_until_one_of_them_changes(known: FactStore) -> None:
    first = known.facts(AT_WIKI, WIKI, "203.0.113.9")
    assert known.facts(AT_WIKI, WIKI, "203.0.113.9") is first
    known.risks.put("p1", Risk(score=10, known=True, at=NOW))
    second = known.facts(AT_WIKI, WIKI, "203.0.113.9")
    assert second is not first
    assert second.risk.score == 10


def test_what_is_not_known_reads_as_the_worst(known: FactStore) -> None:
    facts = known.facts(AT_WIKI, WIKI, "198.51.100.7")
    assert (facts.device.known, facts.device.compliance) == (False, "unknown")
    assert (facts.risk.known, facts.risk.score) == (False, 100)
    assert (facts.place.known, facts.place.country, facts.place.network, facts.place.anonymiser) == (
        False,
        "",
        "",
        True,
    )


def test_an_address_is_placed_in_the_companys_networks(known: FactStore) -> None:
    assert known.place("203.0.113.9").network == "office"
    assert known.place("not an address").address == ""


def test_a_known_device_is_among_the_facts(known: FactStore) -> None:
    known.devices.put(Device(id="d1", known=True, compliance="compliant"))
    known.sessions.put(A, replace(SIGN_IN, device_id="d1"))
    assert known.facts(known.session(B), WIKI, "").device.compliance == "compliant"


def test_what_a_part_learns_is_among_the_facts_in_the_order_of_paths(known: FactStore) -> None:
    known.devices.put(Device(id="d1", known=True))
    known.sessions.put(A, replace(SIGN_IN, device_id="d1"))
    known.learned.put(("session", "s1"), "session.is_watched", False)
    known.learned.put(("person", "p1"), "person.clearance", 2)
    known.learned.put(("place", "203.0.113.9"), "place.kinds", ("cafe", "shared"))
    known.learned.put(("device", "d1"), "device.encrypted", True)
    known.learned.put(("device", "d2"), "device.encrypted", False)
    assert known.facts(known.session(B), WIKI, "203.0.113.9").more == (
        ("device.encrypted", True),
        ("person.clearance", 2),
        ("place.kinds", ("cafe", "shared")),
        ("session.is_watched", False),
    )
    assert known.facts(None, WIKI, "203.0.113.9").more == (("place.kinds", ("cafe", "shared")),)


def test_what_was_learned_of_a_device_goes_with_it(known: FactStore) -> None:
    known.devices.put(Device(id="d1", known=True))
    known.sessions.put(A, replace(SIGN_IN, device_id="d1"))
    known.learned.put(("device", "d1"), "device.encrypted", True)
    known.devices.drop("d1")
    known.devices.put(Device(id="d1", known=True))
    assert known.facts(known.session(B), WIKI, "").more == ()


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


def test_an_address_is_one_place_however_it_is_written(known: FactStore) -> None:
    assert not known.facts(AT_WIKI, WIKI, "2001:DB8:0::1").place.known
    known.places.put("2001:db8::1", Place("2001:db8::1", known=True, country="DE"))
    assert known.facts(AT_WIKI, WIKI, "2001:DB8:0::1").place.country == "DE"


def test_a_change_leaves_alone_what_it_does_not_touch(known: FactStore) -> None:
    other = replace(SIGN_IN, id="s9", person_id="p9")
    known.people.put(replace(MIRA, id="p9"))
    known.sessions.put(b"9" * 32, other)
    mine, theirs = known.facts(AT_WIKI, WIKI, "203.0.113.9"), known.facts(other, WIKI, "203.0.113.9")
    known.people.put(replace(MIRA, name="Mira S."))
    known.devices.put(Device("d7"))
    assert known.facts(AT_WIKI, WIKI, "203.0.113.9") is not mine
    assert known.facts(other, WIKI, "203.0.113.9") is theirs
    assert known.subjects(AT_WIKI, "203.0.113.9") == {
        ("session", "s1"),
        ("session", "s2"),
        ("person", "p1"),
        ("place", "203.0.113.9"),
    }


def test_facts_of_a_session_that_is_not_the_newest_are_kept_for_nobody(known: FactStore) -> None:
    stale = replace(AT_WIKI, address="198.51.100.1")
    assert known.facts(stale, WIKI, "203.0.113.9").session is stale
    assert known.facts(known.session(B), WIKI, "203.0.113.9").session is known.session(B)
    assert known.session_state(stale, "wiki", NOW) is SessionState.LIVE
    known.set_not_before(("person", "p1"), NOW + 1)
    assert known.session_state(stale, "wiki", NOW) is SessionState.REVOKED


def test_facts_of_a_session_in_no_table_are_one_value_while_they_are_equal(known: FactStore) -> None:
    passing = replace(SIGN_IN, id="w1")
    first = known.facts(passing, WIKI, "203.0.113.7")
    assert known.facts(replace(passing), WIKI, "203.0.113.7") is first
    assert known.facts(replace(passing, started_at=NOW + 1), WIKI, "203.0.113.7") != first
    known.people.put(replace(MIRA, groups=frozenset()))
    assert known.facts(passing, WIKI, "203.0.113.7").person.groups == frozenset()


def test_of_sessions_in_no_table_so_many_are_remembered(known: FactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limen.facts.fact_store.UNKEPT", 3)
    for number in range(8):
        known.facts(replace(SIGN_IN, id=f"w{number}"), WIKI, "203.0.113.7")
    assert len(known._last_unkept) <= 3
    known.set_company([WIKI], [])
    assert not known._last_unkept


def test_what_is_kept_is_bounded(known: FactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limen.facts.fact_store.FACTS_KEPT", 50)
    monkeypatch.setattr("limen.facts.fact_store.STRANGERS_KEPT", 20)
    session = known.session(B)
    for number in range(500):
        known.facts(None if number % 2 else session, WIKI, f"198.51.{number % 256}.{number // 256}")
        assert sum(len(entry.facts) for entry in known._entries.values()) + len(known._entries) <= 50 + 2 * 20
        assert sum(len(names) for names in known._at_place.values()) <= 50 + 20


def test_strangers_from_everywhere_drop_nothing_of_anybody_else(
    known: FactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("limen.facts.fact_store.STRANGERS_KEPT", 20)
    own = known.facts(known.session(B), WIKI, "198.51.100.7")
    for number in range(20_000):
        assert known.facts(None, WIKI, f"2001:db8::{number:x}") is known.facts(None, WIKI, f"2001:db8::{number:x}")
    assert known.facts(known.session(B), WIKI, "198.51.100.7") is own
    assert len(known._entries) <= 21
    assert len(known._at_place) <= 21


def test_what_was_put_together_while_a_row_changed_is_never_handed_out_again(known: FactStore) -> None:
    """A page's thread reads the old row, the feed changes it, and the thread goes on: what it makes is of then."""
    session, principal = known.session(B), FactStore.principal

    def be_overtaken(_known: FactStore, person_id: str) -> Person | None:
        person = principal(known, person_id)
        monkeypatch.undo()
        known.people.put(replace(MIRA, active=False))
        return person

    for ask in (
        lambda: known.facts(session, WIKI, "203.0.113.9").person.active,
        lambda: known.session_state(session, "wiki", NOW) is SessionState.LIVE,
        lambda: known.admit(B, WIKI, "203.0.113.9", NOW)[1] is SessionState.LIVE,
    ):
        known.people.put(MIRA)
        with pytest.MonkeyPatch.context() as monkeypatch:
            monkeypatch.setattr(FactStore, "principal", be_overtaken)
            assert ask()
        assert not ask()


class Derived:
    """What somebody made of facts, and that holds them."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts


def test_facts_that_are_forgotten_go_without_the_garbage_collector(known: FactStore) -> None:
    """A publication forgets everybody's at once; as rings they would stay, and then stop everything for a moment."""
    gc.disable()
    try:
        for change in (lambda: known.risks.put("p1", Risk(1)), lambda: known.set_company([WIKI], [])):
            facts = known.facts(known.session(B), WIKI, "203.0.113.9")
            derived = {Derived(facts), Derived(facts)}
            facts.derived.seen, facts.derived.fold = derived
            gone = [weakref.ref(each) for each in derived]
            del facts, derived
            change()
            assert [each() for each in gone] == [None, None]
    finally:
        gc.enable()


def test_of_all_risks_that_are_known_the_worst_counts(known: FactStore) -> None:
    def score() -> tuple[int, bool]:
        risk = known.facts(known.session(B), WIKI, "203.0.113.9").risk
        return risk.score, risk.known

    device_id = known.sessions["s1"].device_id or "d1"
    assert score() == (100, False)
    known.set_unsaid_risk(Risk(0, known=True))
    assert score() == (0, True)
    assert known.facts(None, WIKI, "203.0.113.9").risk == known.risk_of("nobody") == Risk(0, known=True)
    for table, key, worse in (
        (known.risks, "p1", 10),
        (known.session_risks, AT_WIKI.id, 20),
        (known.session_risks, "s1", 30),
    ):
        table.put(key, Risk(worse, known=True))
        assert score() == (worse, True)
    device = Device(device_id, known=True)
    facts = known.facts(known.session(B), WIKI, "203.0.113.9")
    known.device_risks.put(device_id, Risk(50, known=True))
    known.detected_device_risks.put(device_id, Risk(70, known=True))
    assert known.on(facts, device).risk.score == 70
    known.set_unsaid_risk(UNKNOWN_RISK)
    assert score() == (70 if known.sessions["s1"].device_id else 30, True)  # what is known stays


def test_what_is_issued_is_found_by_whom_and_what_it_hangs_on(known: FactStore) -> None:
    token = replace(AT_WIKI, id="t1", parent="")
    known.tokens.put(b"t" * 32, token)
    assert known.issued_to(("person", "p1")) == [SIGN_IN, AT_WIKI, token]
    assert known.issued_to(("session", "s1")) == [AT_WIKI]
    assert known.issued_to(("device", "d1")) == []


def test_how_firmly_a_session_is_tied_to_its_device_is_the_sessions_own(known: FactStore) -> None:
    known.devices.put(Device("d1", known=True, binding=3))
    for binding in (0, 2):
        known.sessions.put(A, replace(SIGN_IN, device_id="d1", binding=binding, bound_until=NOW + binding))
        device = known.facts(known.session(B), WIKI, "").device
        assert (device.binding, device.bound_until) == (binding, NOW + binding), "a device can't say it of itself"
    elsewhere = replace(AT_WIKI, id="s3", binding=0)
    known.sessions.put(b"c" * 32, elsewhere)
    device = known.facts(elsewhere, WIKI, "").device
    assert (device.binding, device.bound_until) == (2, OVER), "it was opened outside of the bound browser"
    known.devices.drop("d1")
    assert known.facts(known.session(B), WIKI, "").device == UNKNOWN_DEVICE


def test_nobody_has_facts_too(known: FactStore) -> None:
    facts = known.facts(None, WIKI, "203.0.113.9")
    assert (facts.person.id, facts.auth.strength, facts.session) == ("", 0, None)


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
