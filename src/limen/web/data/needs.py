"""What each label needs of whoever opens what bears it, by data.yaml in force."""

from __future__ import annotations

from collections.abc import Mapping

from limen.company.store_reach import Needs
from limen.facts import FactStore, Label


def needs(_known: FactStore) -> Mapping[Label, Needs]:
    return {}
