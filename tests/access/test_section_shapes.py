from __future__ import annotations

from limen.access.section_shapes import ADDRESS, NAME, Deciders
from limen.facts.access_rules import Approvers


def test_who_decides_is_named_once_whatever_is_written() -> None:
    said = Deciders(groups=["it", "hr", "it"], people=["Ada@harbor.example", "ada@harbor.example"], owner=True)
    assert said.approvers() == Approvers(("hr", "it"), ("ada@harbor.example",), True)


def test_names_and_addresses_hold_no_space_and_are_bounded() -> None:
    assert NAME.fullmatch("crm-admin")
    assert not any(NAME.fullmatch(one) for one in ("", "CRM", "a b", "a" * 61))
    assert ADDRESS.fullmatch("ada@harbor.example")
    assert not any(ADDRESS.fullmatch(one) for one in ("ada", "a b@harbor.example", "@harbor.example"))
