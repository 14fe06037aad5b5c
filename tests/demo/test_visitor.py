"""A visitor as one of Harbor's people: each fact that is changed turns a real answer, and back."""

from __future__ import annotations

import pytest
from tests.demo.alive import Alive

from limen.clock import DAY, HOUR
from limen.demo.employees import NotDoneError
from limen.demo.roles import Role, question_of, role_of
from limen.demo.shown_decision import shown
from limen.facts import Factor


def role(name: str) -> Role:
    found = role_of(name)
    assert found is not None
    return found


def effect(harbor: Alive) -> str:
    """What was decided about the last question, as the page shows it."""
    last = harbor.opened.visitor.last
    assert last is not None
    decided = harbor.run(shown(harbor.opened.company.limen, last.decision))
    assert decided is not None
    return decided.effect


def ask(harbor: Alive, name: str, question_id: str) -> str:
    question = question_of(role(name), question_id)
    assert question is not None
    harbor.run(harbor.opened.visitor.ask(question))
    return effect(harbor)


def test_a_sign_in_is_a_real_one_with_the_passkey(harbor: Alive) -> None:
    visitor = harbor.opened.visitor
    cookies = harbor.run(visitor.become(role("finance")))
    session = visitor.session
    assert session is not None
    assert (session.auth.strength, session.auth.factors) == (3, frozenset({Factor.PASSKEY}))
    assert session.person_id == visitor.company.person_of("maren").id
    assert set(cookies) == {"__Host-limen", "__Host-limen-browser"}
    assert session.auth.at > visitor.clock.now() - HOUR


def test_age_and_a_new_proof_turn_the_payroll(harbor: Alive) -> None:
    visitor = harbor.opened.visitor
    harbor.run(visitor.become(role("finance")))
    harbor.run(visitor.stay_until(visitor.next_hour(9, on_a_working_day=True)))
    harbor.run(visitor.become(role("finance")))
    assert ask(harbor, "finance", "payroll") == "permit"
    harbor.run(visitor.stay_until(visitor.later(5)))
    harbor.run(visitor.ask_again())
    assert effect(harbor) == "challenge"
    assert visitor.last is not None
    assert visitor.last.was == "permit"
    before = visitor.session
    cookies = harbor.run(visitor.prove_again())
    harbor.run(visitor.ask_again())
    assert effect(harbor) == "permit"
    after = visitor.session
    assert before is not None
    assert after is not None
    assert after.id == before.id  # the same sign-in, proved anew under a new cookie
    assert cookies["__Host-limen"]


def test_the_hour_turns_a_payment(harbor: Alive) -> None:
    visitor = harbor.opened.visitor
    harbor.run(visitor.become(role("finance")))
    harbor.run(visitor.stay_until(visitor.next_hour(14, on_a_working_day=True)))
    harbor.run(visitor.become(role("finance")))
    assert ask(harbor, "finance", "approve") == "permit"
    harbor.run(visitor.stay_until(visitor.next_hour(21)))
    harbor.run(visitor.ask_again())
    assert effect(harbor) == "deny"


def test_the_place_and_the_factor_turn_the_warehouse(harbor: Alive) -> None:
    visitor = harbor.opened.visitor
    harbor.run(visitor.become(role("administrator")))
    harbor.run(visitor.become(role("employee"), "password"))
    assert visitor.place == "office"
    assert ask(harbor, "employee", "warehouse") == "challenge"
    visitor.go_to("hall")
    harbor.run(visitor.ask_again())
    assert effect(harbor) == "permit"
    visitor.go_to("away")
    harbor.run(visitor.ask_again())
    assert effect(harbor) == "challenge"
    harbor.run(visitor.become(role("employee"), "password_and_code"))
    harbor.run(visitor.ask_again())
    assert effect(harbor) == "permit"


def test_a_stolen_cookie_opens_its_app_alone_and_ends_with_the_sessions(harbor: Alive) -> None:
    visitor = harbor.opened.visitor
    harbor.run(visitor.become(role("finance")))
    harbor.run(visitor.stay_until(visitor.next_hour(10, on_a_working_day=True)))
    harbor.run(visitor.become(role("finance")))
    harbor.run(visitor.steal())
    theft = visitor.theft
    assert theft is not None
    assert [one.status for one in theft.tried] == [200, 303, 303]
    assert "You are Maren Petersen" in theft.tried[0].text
    first = harbor.run(shown(harbor.opened.company.limen, theft.tried[0].decision))
    assert first is not None
    assert "203.0.113.66" in first.place
    assert any("bound" in title for title in first.watched)  # what would stop it is counted already
    other = harbor.run(shown(harbor.opened.company.limen, theft.tried[1].decision))
    assert other is not None
    assert other.reasons == ("The session belongs to another app",)

    harbor.run(visitor.end_all_sessions())
    assert visitor.session is None
    assert visitor.theft is not None
    assert visitor.theft.after is not None
    assert visitor.theft.after.status == 303
    ended = harbor.run(shown(harbor.opened.company.limen, visitor.theft.after.decision))
    assert ended is not None
    assert ended.reasons == ("The session was revoked",)
    with pytest.raises(NotDoneError, match="nobody is signed in"):
        harbor.run(visitor.steal())


def test_apps_that_ask_limen_are_signed_in_to_and_told_of_the_end(harbor: Alive) -> None:
    visitor = harbor.opened.visitor
    harbor.run(visitor.become(role("finance"), "password_and_code"))
    harbor.run(visitor.stay_until(visitor.next_hour(10, on_a_working_day=True)))
    harbor.run(visitor.become(role("finance"), "password_and_code"))
    assert ask(harbor, "finance", "accounting") == "challenge"
    assert not any(not one.ended_at for _, one in visitor.at_apps())
    harbor.run(visitor.become(role("finance")))
    assert ask(harbor, "finance", "accounting") == "permit"
    app, session = visitor.at_apps()[0]
    assert (app.app, session.ended_at, session.name) == ("accounting", 0, "Maren Petersen")

    harbor.run(visitor.steal())  # the cookie of the gateway's app: another's own cookie is its own affair
    assert visitor.theft is not None
    assert visitor.theft.tried[0].question.app == "payroll"
    harbor.run(visitor.end_all_sessions())
    assert session.ended_at >= session.at


def test_only_the_cookie_of_who_presses_the_buttons_is_kept(harbor: Alive) -> None:
    visitor = harbor.opened.visitor
    visitor.user_agent = "Visitor"
    visitor.seen.clear()
    visitor.saw("wiki.harbor.localhost:1", "Somebody", "theirs")
    assert visitor.seen == {}
    for number in range(100):
        visitor.saw(f"{number}.harbor.localhost:1", "Visitor", "own")
    assert len(visitor.seen) == 16
    visitor.seen.clear()


def test_the_next_hour_is_ahead_and_on_a_working_day(harbor: Alive) -> None:
    visitor = harbor.opened.visitor
    for hour in range(0, 24, 5):
        then = visitor.next_hour(hour, on_a_working_day=True)
        assert visitor.clock.now() < then <= visitor.clock.now() + 4 * DAY
