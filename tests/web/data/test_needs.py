from __future__ import annotations

from limen.facts import FactStore
from limen.web.data.needs import needs


def test_without_rules_no_label_needs_anything() -> None:
    assert not needs(FactStore())
