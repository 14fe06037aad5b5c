"""`data.yaml` as a file of the company folder: kept with a revision, in force, and told where it changes."""

from __future__ import annotations

import json

import msgspec
from tests.data.data_yaml import rules_of

from limen.data.data_file import DATA_FILE
from limen.data.initial import INITIAL
from limen.data.rules.stated import NO_RULES, DataRules
from limen.facts import FactStore


def test_it_is_kept_with_a_revision_as_json() -> None:
    rules = rules_of(INITIAL)
    kept = json.loads(json.dumps(msgspec.to_builtins(rules, order="deterministic")))
    assert msgspec.convert(kept, DATA_FILE.kind) == rules


def test_it_is_in_force_at_once_and_without_it_nothing_is_looked_for() -> None:
    known, rules = FactStore(), rules_of(INITIAL)
    DATA_FILE.in_force(known, rules)
    assert known.rules_of(DataRules) is rules
    DATA_FILE.in_force(known, None)
    assert known.rules_of(DataRules) == NO_RULES


def test_a_rule_gives_nobody_access() -> None:
    assert DATA_FILE.touches is not None
    assert tuple(DATA_FILE.touches(None, rules_of(INITIAL), ())) == ()
