"""An alert in words: as its rule says it, filled once, and in German where the rule has it."""

from __future__ import annotations

import pytest
from tests.monitor.notify.test_content import alert

from limen.facts import FactStore, Person
from limen.monitor.alerts import words
from limen.monitor.alerts.model import STORM_ENTITY
from limen.monitor.detections.built_in import BUILT_IN
from limen.monitor.detections.own_rules import own_rules
from limen.monitor.detections.rule import About

ABOUT = About(
    id="r", title="T", sentence="{who} did {count}.", sentence_de="{who} tat {count}.", next_step="Ask {who}."
)


@pytest.fixture
def known() -> FactStore:
    store = FactStore()
    store.people.put(Person("p_1", "Ida Blum"))
    return store


def test_as_its_rule_says_it(known: FactStore) -> None:
    said = words.said(alert(says={"count": 410, "usual": "3 to 12"}), ABOUT, known)
    assert (said.who, said.what, said.usual, said.next_step) == (
        "Ida Blum",
        "Ida Blum did 410.",
        "3 to 12",
        "Ask Ida Blum.",
    )
    assert words.said(alert(says={"count": 1}), ABOUT, known, in_german=True).what == "Ida Blum tat 1."


def test_without_a_rule_it_is_its_title_and_the_usual_step(known: FactStore) -> None:
    said = words.said(alert(), None, known)
    assert (said.what, said.next_step) == ("Impossible travel", words.NEXT_STEP)
    assert words.said(alert(), None, known, in_german=True).next_step == words.NEXT_STEP_DE


def test_values_are_filled_once_and_what_is_missing_is_a_dash(known: FactStore) -> None:
    assert words.filled("{a} {b} {c.d}", {"a": "{b}", "b": "x"}) == "{b} x –"
    assert words.who(alert(person_id="", entity="user:jane"), known) == "jane"
    assert words.who(alert(person_id="", entity=STORM_ENTITY), known) == "many at once"


def test_the_texts_of_every_rule_that_is_in_force() -> None:
    text = (
        "title: T\nid: 6f0e4e32-2f4f-4c1d-9d35-1a4cf5a5a009\nlogsource: {product: limen}\n"
        "detection: {s: {kind: a}, condition: s}\n"
    )
    found = words.texts_of((("detections/a.yml", text),))
    assert found["6f0e4e32-2f4f-4c1d-9d35-1a4cf5a5a009"].title == "T"
    assert {one.id for one in own_rules().rules} <= set(found)


def test_every_finding_has_a_sentence_and_a_next_step_in_both_languages() -> None:
    texts = words.texts_of()
    wanted = {*BUILT_IN, *(one.id for one in own_rules().correlations)}
    assert wanted <= set(texts)
    for name in BUILT_IN:
        about = texts[name]
        assert all((about.sentence, about.sentence_de, about.next_step, about.next_step_de)), name
