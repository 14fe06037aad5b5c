"""A flow that somebody asks for, in words."""

from __future__ import annotations

from limen.facts.requested_flow import RequestedFlow

FLOW = RequestedFlow(
    id="office-to-erp-3f9c2a",
    source="office",
    destination="erp",
    service="https",
    review="2027-05-01",
    expires="",
    owner="finance",
    meaning="0",
)


def test_its_way_is_said_by_the_names_of_the_network() -> None:
    assert FLOW.way.split() == ["office", "to", "erp", "by", "https"]
