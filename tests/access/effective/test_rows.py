from __future__ import annotations

from tests.policy.scene import NOW, VIEW, app, engine_of, facts

from limen.access.effective.access import effective_access
from limen.access.effective.doors import Door
from limen.access.effective.rows import Answer, Row
from limen.facts import Label, Person

ENGINE = engine_of('@id("a") permit (principal, action, resource) when { context.auth.strength >= 2 };')
ANA = Person("p1", "Ana", "ana@harbor.example", frozenset({"staff"}), active=True)


def test_a_row_covers_the_requests_that_it_says_are_permitted() -> None:
    (row,) = effective_access(ENGINE, [ANA], [app()], since=NOW).rows(ANA, app(), ("view",))
    assert row.covers(facts(strength=2), VIEW, NOW, ENGINE.calendar)
    assert not row.covers(facts(strength=1), VIEW, NOW, ENGINE.calendar)
    assert not row.covers(facts(app=app(app_id="other")), VIEW, NOW, ENGINE.calendar)


def test_a_doubt_says_yes_and_never_says_no() -> None:
    doubt = Row("p1", "wiki", Door.WEB, Label.INTERNAL, ("view",), Answer.IF, is_certain=False)
    assert doubt.covers(facts(), VIEW, NOW, ENGINE.calendar)
    never = Row("p1", "wiki", Door.WEB, Label.INTERNAL, ("view",), Answer.NEVER, is_certain=False)
    assert not never.covers(facts(), VIEW, NOW, ENGINE.calendar)


def test_which_answers_open_without_asking_anybody() -> None:
    assert [one for one in Answer if one.opens] == [Answer.ALWAYS, Answer.IF]
