"""What Limen's own rules say of themselves: whole, in both languages, with words of Limen's and of MITRE's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import limen
from limen.cli.main import OWN
from limen.events import KINDS
from limen.monitor.detections.examples import events_of
from limen.monitor.detections.hit import Hit
from limen.monitor.detections.own_rules import own_rules, own_texts, shown_rules
from limen.monitor.detections.rule import Correlation, Rule
from limen.monitor.detections.rule_set import RuleSet
from limen.monitor.detections.sigma import SigmaDetector
from limen.monitor.detections.tactics import TACTICS
from limen.monitor.detections.tree import And, Not, Or, Text
from limen.pillars import commands, pillars

SOURCES = Path(limen.__file__).parent
RULES = own_rules()
SHOWN = shown_rules(RULES)
NAMED = pytest.mark.parametrize("rule", SHOWN, ids=[one.about.file for one in SHOWN])
RESPONSES = {"", "step-up", "end-sessions", "quarantine", "disable"}
PLACEHOLDER = re.compile(r"\{(\w+)\}")
TECHNIQUE = re.compile(r"attack\.t\d{4}(\.\d{3})?")
INFORMAL = re.compile(r"\b(du|dein\w*|dich|dir)\b", re.IGNORECASE)


@NAMED
def test_it_says_what_is_so_and_what_to_do_next_in_both_languages(rule: Rule | Correlation) -> None:
    about = rule.about
    assert about.description
    assert about.false_positives
    assert all(
        one[0].isupper() or one[0].isdigit() for one in about.false_positives
    )  # a comma in YAML makes two of one
    assert about.author
    assert 1 <= about.confidence <= 95  # nothing that is seen in logs is certain
    assert about.entity
    assert about.response in RESPONSES
    for english, german in ((about.sentence, about.sentence_de), (about.next_step, about.next_step_de)):
        assert english.endswith((".", "?"))
        assert german.endswith((".", "?"))
        assert english != german
        assert set(PLACEHOLDER.findall(english)) == set(PLACEHOLDER.findall(german))
        assert not INFORMAL.search(german)
        assert not re.search(r"[{}]", PLACEHOLDER.sub("", english + german))


@NAMED
def test_it_is_placed_in_mitre_attack(rule: Rule | Correlation) -> None:
    tags = rule.about.tags
    tactics = {tag.removeprefix("attack.") for tag in tags if not TECHNIQUE.fullmatch(tag)}
    assert tactics
    assert tactics <= set(TACTICS)
    assert len(tactics) <= 2  # of three, one finding alone would count as an attack that gets on
    assert any(TECHNIQUE.fullmatch(tag) for tag in tags)


@NAMED
def test_every_placeholder_has_a_value_in_what_is_found(rule: Rule | Correlation) -> None:
    hit = _hit_of_first_example(rule)
    asked = PLACEHOLDER.findall(rule.about.sentence + rule.about.next_step)
    assert {name: hit.says.get(name) for name in asked if not hit.says.get(name)} == {}
    assert not hit.entity.startswith("source:") or rule.about.entity == "host"


@NAMED
def test_commands_that_it_names_exist(rule: Rule | Correlation) -> None:
    named = re.findall(r"\blimen ([a-z-]+)", rule.about.next_step + rule.about.next_step_de)
    assert set(named) <= set(commands(OWN))


def test_only_rules_on_limen_name_its_kinds_and_every_one_they_name_is_journaled() -> None:
    pillars()
    named = {
        kind
        for file, text in own_texts().items()
        if file.startswith("limen/")
        for kind in re.findall(r"\b[a-z_]+\.[a-z_]+\b(?=[,\n}])", text)
        if kind.partition(".")[0] in {one.partition(".")[0] for one in KINDS}
    }
    assert len(named) > 40
    assert named <= set(KINDS)


def test_every_reason_that_rules_on_limen_name_is_a_word_of_limens() -> None:
    code = "".join(file.read_text("utf-8") for file in SOURCES.rglob("*.py"))
    named = {
        word
        for rule in RULES.rules
        if rule.product == "limen"
        for word in _texts_of(rule.node, {"reason", "reasons", "via", "change", "purpose", "scope"})
    }
    assert len(named) > 20
    assert {word for word in named if f'"{word}"' not in code} == set()


def _texts_of(node: object, fields: set[str]) -> set[str]:
    if isinstance(node, And | Or):
        return {text for part in node.parts for text in _texts_of(part, fields)}
    if isinstance(node, Not):
        return _texts_of(node.part, fields)
    return {node.text} if isinstance(node, Text) and node.field in fields else set()


def _hit_of_first_example(rule: Rule | Correlation) -> Hit:
    needed = _below(rule)
    alone = SigmaDetector(
        RuleSet(
            tuple(one for one in RULES.rules if one.id in needed),
            tuple(one for one in RULES.correlations if one.id in needed),
        )
    )
    events = events_of(rule.about.examples.positive[0], rule, RULES)
    return next(hit for event in events for hit in alone.feed(event) if hit.rule == rule.id)


def _below(rule: Rule | Correlation) -> set[str]:
    by_id = {one.id: one for one in RULES.correlations}
    inner = [one for name in getattr(rule, "rules", ()) for one in (_below(by_id[name]) if name in by_id else {name})]
    return {rule.id, *inner, *getattr(rule, "rules", ())}
