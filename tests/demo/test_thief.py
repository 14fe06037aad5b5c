"""What a thief tries with a copied cookie: its own app, another one, and the console."""

from __future__ import annotations

from tests.demo.alive import Alive

from limen.demo.roles import Question
from limen.demo.thief import as_thief, places_to_try
from limen.facts import LIMEN


def test_the_other_app_is_another_one() -> None:
    for app in ("wiki", "payroll", "crm"):
        own = Question("own", "", app, "view")
        first, second, third = places_to_try(own)
        assert first is own
        assert second.app not in {app, LIMEN}
        assert third.app == LIMEN


def test_a_cookie_that_was_never_given_opens_nothing_and_is_journaled(harbor: Alive) -> None:
    wiki = Question("wiki", "", "wiki", "view", path="/plans/winter")
    tried = harbor.run(as_thief(harbor.opened.company, wiki, "A" * 43))
    assert tried.status == 303
    event = harbor.opened.company.limen.journal.find(tried.decision)
    assert event is not None
    assert event.decision is not None
    assert (event.decision.effect, event.address, event.actor) == ("challenge", "203.0.113.66", "")
