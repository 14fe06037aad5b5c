"""What each label needs at least, by data.yaml in force."""

from __future__ import annotations

from collections.abc import Mapping

from limen.data.inventory.controls import Minimum
from limen.facts import FactStore, Label


def needs(_known: FactStore) -> Mapping[Label, Minimum]:
    return {}
