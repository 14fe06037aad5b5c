"""A change in sentences."""

from __future__ import annotations

from tests.network.networks import flow, harbor, way

from limen.network.compiling import compiled
from limen.network.remote.saying import change

TODAY = "2026-11-27"


def test_what_is_new_and_what_is_gone_go_by_names() -> None:
    before, after = harbor([flow("a", way("office", "files"))]), harbor([flow("b", way("office", "erp"))])
    found = change(compiled(before, TODAY), compiled(after, TODAY))
    assert [(one.source, one.destination, one.rule_ids) for one in found.new(after)] == [("office", "erp", ("b",))]
    assert [(one.source, one.destination, one.rule_ids) for one in found.gone(after)] == [("office", "files", ("a",))]
    assert not found.is_nothing
    assert change(compiled(after, TODAY), compiled(after, TODAY)).is_nothing
