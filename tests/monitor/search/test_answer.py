from __future__ import annotations

import msgspec

from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.search.answer import FACETS, Asked, Found


def test_questions_and_answers_come_through_as_they_are() -> None:
    asked = Asked(events="e", journal="j", sql="true", values={"v0": "x"}, since=1, until=2)
    found = Found(rows=[{"uid": "a"}], buckets=[1], facets={"user": [("ida", 3)]})
    assert msgspec.json.decode(msgspec.json.encode(asked), type=Asked) == asked
    assert msgspec.json.decode(msgspec.json.encode(found), type=Found) == found


def test_facets_are_columns() -> None:
    assert set(FACETS) <= set(NormalEvent.__struct_fields__)
