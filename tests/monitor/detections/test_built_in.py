"""Every detection that is no rule in Sigma is listed, is found where the list says, and shares no id with a rule."""

from __future__ import annotations

from importlib import import_module

import pytest

from limen.monitor.detections import health
from limen.monitor.detections.built_in import BUILT_IN, BuiltIn
from limen.monitor.detections.own_rules import own_rules
from limen.monitor.detections.rule import About
from limen.monitor.detections.tactics import TACTICS


def test_no_two_share_an_id_or_a_name() -> None:
    rules = [one.about for one in (*own_rules().rules, *own_rules().correlations)]
    assert not set(BUILT_IN) & {one.id for one in rules}
    named = [one.about.name for one in BUILT_IN.values() if one.about.name]
    assert not set(named) & {one.name for one in rules}
    assert len(set(named)) == len(named)


@pytest.mark.parametrize("one", BUILT_IN.values(), ids=lambda one: one.about.id)
def test_each_is_found_where_the_list_says(one: BuiltIn) -> None:
    module = vars(import_module(f"limen.monitor.{one.found_by}"))
    held = [
        *module.values(),
        *(value for table in module.values() if isinstance(table, dict) for value in table.values()),
    ]
    assert any(value is one.about for value in held)


def test_a_measure_has_its_tactic_and_says_what_to_do() -> None:
    for one in BUILT_IN.values():
        assert one.is_measure is bool(one.about.tags)
        assert not one.is_measure or one.about.tags[0].removeprefix("attack.") in TACTICS
        assert all((one.about.sentence, one.about.sentence_de, one.about.next_step, one.about.next_step_de))


def test_nothing_that_is_found_about_watching_is_missing() -> None:
    assert {one.id for one in vars(health).values() if isinstance(one, About)} <= set(BUILT_IN)
