"""What is sound in a `data.yaml` and perhaps not meant."""

from __future__ import annotations

from datetime import date

from tests.data.data_yaml import a_rule, rules_of

from limen.data.initial import INITIAL
from limen.data.notes import notes

_DAY = date(2026, 12, 1)


def _noted(rules: str) -> list[str]:
    return [what for what, _ in notes(rules_of(rules), _DAY)]


def test_a_rule_that_stops_somebody_and_is_in_no_test_is_noted() -> None:
    rules = "rules:\n" + a_rule("{finds: [secret]}, {unread: [broken]}", "block", id_="secrets")
    (note,) = _noted(rules)
    assert "secrets" in note
    tested = "expect: [{test: x, expect: allow, text: x}]\n"
    assert len(_noted(rules + tested)) == 1
    key = "AKIA" + "QWERTZUIOP234567"
    tested = f"expect: [{{test: x, text: 'aws {key}', expect: block, because: secrets}}]\n"
    assert _noted(rules + tested) == []


def test_a_rule_that_stops_nothing_that_is_not_read_is_noted() -> None:
    secrets = "rules:\n" + a_rule("{finds: [secret]}", "block", id_="secrets")
    assert len(_noted(secrets)) == 2
    assert len(_noted(secrets + a_rule("{unread: [broken]}", "warn", id_="unread"))) == 2
    assert len(_noted(secrets + a_rule("{unread: [broken]}", "block", id_="unread"))) == 1


def test_what_only_watches_needs_no_test() -> None:
    assert list(notes(rules_of(INITIAL), _DAY)) == []


def test_labels_that_no_content_has_are_noted() -> None:
    assert len(list(notes(rules_of("labels: {restricted: {strength: 3}}"), _DAY))) == 1
