from __future__ import annotations

from dataclasses import replace

import pytest
from tests.enforcement.house import NOW, House

from limen.clock import HOUR, SetClock
from limen.enforcement.decision_point import DecisionPoint
from limen.facts import LIMEN, UNPROVED, Document, Label, Session, SessionState
from limen.policy import Effect, Request

HOST = b"wiki.harbor.example"


@pytest.fixture
def house():
    return House()


def ask(house, cookie="", *, method=b"GET", host=HOST, target=b"/page", address="203.0.113.7"):
    return house.doors.decide_request("check", method, host, target, cookie.encode(), address)


def test_a_permit_carries_its_decision_session_and_id(house):
    answer = ask(house, house.cookie())
    assert (answer.effect, answer.word, answer.session.person_id) == (Effect.PERMIT, "staff-view", "ana")
    decision, door, address = house.journal.decisions[-1]
    assert decision is answer.decision
    assert (door, address, decision.revision) == ("check", "203.0.113.7", "r1")
    assert decision.request == Request("view", "GET", "/**", "wiki.harbor.example")


def test_every_request_is_decided_anew(house):
    cookie = house.cookie()
    ids = {ask(house, cookie).id for _ in range(5)}
    assert len(ids) == len(house.journal.decisions) == 5


def test_a_new_engine_decides_the_very_next_request(house):
    cookie = house.cookie()
    assert ask(house, cookie).permitted
    house.engine = House(policies='@id("none") permit (principal, action, resource) when { false };').engine
    assert not ask(house, cookie).permitted


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda h: setattr(h.known, "lease_until", 0.0), "lease-expired"),
        (lambda h: setattr(h.journal, "writable", False), "journal-unwritable"),
        (lambda h: h.journal.__dict__.update(writable=False, lives_on_its_reserve=True), "disk-full"),
        (lambda h: setattr(h, "engine", None), "policy-error"),
    ],
)
def test_nothing_fails_open(house, spoil, word):
    cookie = house.cookie()
    spoil(house)
    for target in (b"/page",) if word == "policy-error" else (b"/page", b"/assets/logo.svg"):
        answer = ask(house, cookie, target=target)
        assert (answer.effect, answer.word) == (Effect.DENY, word)


def test_an_engine_that_raises_is_a_deny(house):
    class Broken:
        revision = "r1"

        def decide(self, request, facts, now):
            raise RuntimeError("broken")

    house.engine = Broken()
    answer = ask(house, house.cookie())
    assert (answer.effect, answer.word) == (Effect.DENY, "policy-error")
    assert house.journal.last.reasons[0].policy == "policy-error"


def test_what_was_wrong_with_a_session_is_journaled_by_its_name(house):
    cookie = house.cookie()
    house.clock.forward(3 * HOUR)
    answer = ask(house, cookie)
    assert (answer.effect, answer.session, answer.needs_sign_in) == (Effect.CHALLENGE, None, True)
    assert [reason.policy for reason in house.journal.last.reasons] == [SessionState.ENDED]
    assert house.journal.last.facts.person.id == ""


def test_a_use_keeps_a_session_from_idling(house):
    cookie = house.cookie()
    for _ in range(4):
        house.clock.forward(HOUR)
        assert ask(house, cookie).permitted


@pytest.mark.parametrize(
    "host",
    [
        b"",
        b"evil.example",
        b"wiki.harbor.example.evil.example",
        b"limen.harbor.example",
        b"wiki.harbor.example:x",
        b"a" * 3_000,
        b"\xff",
        b"wiki.harbor.example, evil",
    ],
)
def test_a_host_that_is_no_apps_is_refused_and_journaled(house, host):
    answer = ask(house, house.cookie(), host=host)
    assert (answer.effect, answer.word, answer.app) == (Effect.DENY, "unknown-host", None)
    assert house.journal.reasons() == ["unknown-host"]
    assert not house.journal.decisions


@pytest.mark.parametrize("host", [b"WIKI.harbor.example", b"wiki.harbor.example:443"])
def test_a_host_is_known_in_any_case_and_with_a_port(house, host):
    assert ask(house, house.cookie(), host=host).permitted


def test_a_published_change_of_apps_counts_at_once(house):
    cookie = house.cookie()
    assert ask(house, cookie).permitted
    house.known.set_company([replace(house.known.apps["wiki"], host="new.harbor.example")], [])
    assert ask(house, cookie).word == "unknown-host"
    assert ask(house, cookie, host=b"new.harbor.example").permitted


def test_a_flood_of_refusals_is_journaled_as_far_as_it_is_useful(house):
    for _ in range(1_000):
        ask(house, host=b"evil.example")
    assert len(house.journal.events) == 200
    house.clock.forward(1_000)
    ask(house, host=b"evil.example")
    assert house.journal.events[-1].details["left_out"] == 800


def test_a_cookie_field_beyond_all_measure_is_no_session(house):
    answer = ask(house, house.cookie() + "; a=" + "b" * 20_000)
    assert (answer.effect, answer.word) == (Effect.CHALLENGE, "bad-request")


def test_the_sign_in_hosts_own_rooms_are_judged_the_same_way(house):
    home = house.known.apps[LIMEN]
    root = house.sign_in()
    request = Request("view", "GET", "/", home.host)
    assert house.doors.decide_session("web", home, root, request, "").permitted
    house.revoke("ana")
    answer = house.doors.decide_session("web", home, root, request, "")
    assert (answer.effect, answer.word) == (Effect.CHALLENGE, "session-revoked")


def test_an_open_stream_is_decided_again(house):
    answer = ask(house, house.cookie())
    word, until = house.doors.re_check(answer, "203.0.113.7")
    assert (word, until) == ("", NOW + 2 * HOUR)
    house.known.set_company([], [])
    assert house.doors.re_check(answer, "")[0] == "unknown-host"


def test_an_open_stream_of_a_forgotten_session_is_over(house):
    answer = ask(house, house.cookie())
    house.known.sessions.drop(answer.session.id)
    assert house.doors.re_check(answer, "")[0] == "session-revoked"


def test_a_public_stream_needs_nobody(house):
    answer = ask(house, target=b"/assets/film.mp4")
    assert answer.word == "public-route"
    assert house.doors.re_check(answer, "") == ("", None)


def _document(house, answer, label, address="203.0.113.7"):
    return house.doors.decide_document("gateway", answer, Document("d_1", label), address)


def test_a_document_is_decided_by_its_own_label_and_journaled(house):
    asked = ask(house, house.cookie())
    assert _document(house, asked, Label.PUBLIC).permitted
    answer = _document(house, asked, Label.RESTRICTED)
    assert (answer.permitted, answer.session.id) == (False, asked.session.id)
    decision, door, _ = house.journal.decisions[-1]
    assert (decision.facts.document, decision.facts.app.label, door) == (
        Document("d_1", Label.RESTRICTED),
        Label.RESTRICTED,
        "gateway",
    )
    assert house.known.apps["wiki"].label < Label.RESTRICTED


def test_a_document_for_somebody_revoked_meanwhile_is_withheld(house):
    asked = ask(house, house.cookie())
    house.revoke("ana")
    answer = _document(house, asked, Label.PUBLIC)
    assert (answer.permitted, answer.word) == (False, "session-revoked")


def test_a_public_route_hands_out_public_documents_alone(house):
    asked = ask(house, target=b"/assets/film.mp4")
    assert asked.word == "public-route"
    assert _document(house, asked, Label.PUBLIC) is asked
    assert not _document(house, asked, Label.INTERNAL).permitted


ALL_STAFF = '@id("all") permit (principal in Group::"staff", action, resource);'


def test_whether_a_document_might_be_refused_is_known_before_it_is_read(house):
    assert house.doors.may_refuse_document(ask(house, house.cookie()), "203.0.113.7")  # a restricted one would be
    said = '@id("d") forbid (principal, action, resource is Document) when { resource.owner == "x" };'
    for policies, may in ((ALL_STAFF, False), (ALL_STAFF + said, True)):
        open_house = House(clock=SetClock(NOW), policies=policies)
        asked = ask(open_house, open_house.cookie())
        assert asked.permitted
        assert open_house.doors.may_refuse_document(asked, "203.0.113.7") is may
    assert house.doors.may_refuse_document(ask(house, target=b"/assets/film.mp4"), "")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda h: h.revoke("ana"),
        lambda h: setattr(h.known, "lease_until", 0.0),
        lambda h: setattr(h, "engine", None),
        lambda h: setattr(h.journal, "writable", False),
        lambda h: h.known.set_company([], []),
    ],
)
def test_any_document_might_be_refused_while_nothing_can_be_decided(spoil):
    house = House(clock=SetClock(NOW), policies=ALL_STAFF)
    asked = ask(house, house.cookie())
    assert not house.doors.may_refuse_document(asked, "")
    spoil(house)
    assert house.doors.may_refuse_document(asked, "")


@pytest.mark.parametrize(
    "spoil", [lambda h: setattr(h.known, "lease_until", 0.0), lambda h: setattr(h, "engine", None)]
)
def test_no_document_passes_while_nothing_can_be_decided(house, spoil):
    asked = ask(house, house.cookie())
    spoil(house)
    assert not _document(house, asked, Label.PUBLIC).permitted
    house.known.set_company([], [])
    assert _document(house, asked, Label.PUBLIC).word == "unknown-host"


def test_time_alone_can_end_a_stream():
    house = House(
        clock=SetClock(NOW),
        policies='@id("mornings") permit (principal in Group::"staff", action, resource)'
        " when { context.time.minute < 660 };",
    )
    answer = ask(house, house.cookie())
    _, until = house.doors.re_check(answer, "")
    assert until == NOW + HOUR  # it is ten in Berlin; eleven ends the morning
    house.clock.forward(HOUR)
    assert house.doors.re_check(answer, "")[0] == "nothing-permits"


def test_an_engine_that_breaks_ends_what_is_open(house):
    answer = ask(house, house.cookie())

    class Broken:
        revision = "r1"

        def decide(self, request, facts, now):
            raise RuntimeError("broken")

    house.engine = Broken()
    assert house.doors.re_check(answer, "") == ("policy-error", None)


@pytest.mark.parametrize(
    ("app", "action", "is_open", "permitted"),
    [
        (LIMEN, "administer", True, True),
        (LIMEN, "administer", False, False),
        (LIMEN, "view", True, False),
        (LIMEN, "sign_in", True, False),
        ("wiki", "view", True, False),
        ("wiki", "administer", True, False),
    ],
)
def test_break_glass_opens_the_console_and_nothing_else(house, app, action, is_open, permitted):
    asked = []

    def holds(session, now):
        asked.append((session.id, now))
        return is_open

    doors = DecisionPoint(
        known=house.known, engine=lambda: house.engine, journal=house.journal, clock=house.clock, break_glass=holds
    )
    session = Session("bg_1", "bo", UNPROVED, NOW, NOW + HOUR, HOUR, app="" if app == LIMEN else app)
    house.known.sessions.put(b"token", session)
    for shut in (False, True):
        house.journal.writable = not shut
        answer = doors.decide_session("sign-in", house.known.apps[app], session, Request(action), "203.0.113.7")
        assert answer.permitted is permitted
        assert answer.word == "break-glass"
    assert asked == ([("bg_1", NOW)] * 2 if (app, action) == (LIMEN, "administer") else [])
