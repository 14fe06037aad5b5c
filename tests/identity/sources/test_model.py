from __future__ import annotations

import msgspec
import pytest
from tests.identity.sources.conftest import HR, said

from limen.identity.errors import UnfitError
from limen.identity.sources.model import MOST_GROUPS


def test_groups_come_from_what_the_source_names_and_only_those_are_decided_about() -> None:
    eve = said("Eve", groups=frozenset({"Sales Team", "Chess"}), department="Finance")
    assert HR.groups_for(eve) == {"staff", "sales", "finance"}
    assert HR.given_groups == {"staff", "sales", "finance", "administrators"}


@pytest.mark.parametrize(("linked", "most"), [(0, 5), (24, 5), (50, 5), (60, 6), (5000, 500)])
def test_how_many_may_be_lost_is_a_share_and_a_few_at_least(linked: int, most: int) -> None:
    assert HR.most_lost(linked) == most


@pytest.mark.parametrize(
    "change",
    [
        {"external_id": ""},
        {"external_id": "x" * 201},
        {"external_id": "a\nb"},
        {"manager": "x" * 201},
        {"title": "x" * 251},
        {"groups": frozenset({"x" * 251})},
        {"groups": frozenset(map(str, range(MOST_GROUPS + 1)))},
    ],
)
def test_what_is_too_large_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(UnfitError):
        msgspec.structs.replace(said("Eve"), **change).refuse_oversize()
