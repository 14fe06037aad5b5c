"""What each label needs at least, and what detectors are called, by data.yaml in force."""

from __future__ import annotations

from collections.abc import Mapping

from limen.data.inventory.controls import Minimum, minimums
from limen.data.rules.stated import NO_RULES, DataRules
from limen.facts import FactStore, Label


def needs(known: FactStore) -> Mapping[Label, Minimum]:
    """By label, with what less sensitive ones need."""
    return minimums(_rules(known))


def names(known: FactStore) -> Mapping[str, str]:
    """By the id of whatever is looked for, what people read for it."""
    return _rules(known).names


def _rules(known: FactStore) -> DataRules:
    return known.rules_of(DataRules) or NO_RULES
