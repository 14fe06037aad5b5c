"""What is decided about findings is the company's record, and is told without what was written."""

from __future__ import annotations

from limen.data.findings.kinds import KINDS
from limen.events.kind import Owner


def test_what_is_decided_stays_when_somebody_is_erased():
    assert {one.topic.owner for one in KINDS} == {Owner.OFFICE}
    assert len({one.name for one in KINDS}) == 4
