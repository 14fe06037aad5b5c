from __future__ import annotations

from limen.monitor.normal_form.drafts import Draft
from limen.monitor.normal_form.records import drafts_of


def raws(data: bytes, lists: tuple[str, ...] = ()) -> list[str]:
    return [one.raw for one in drafts_of(data, lambda raw, _: iter([Draft(raw)]), lists)]


def test_one_a_list_and_one_a_line_each_as_it_came() -> None:
    assert raws(b'{"a": 1}') == ['{"a": 1}']
    assert raws(b'\xef\xbb\xbf[{"a": 1},{"b":2 }]') == ['{"a": 1}', '{"b":2 }']
    assert raws(b'{"a":1}\r\n\n{"b":2}\n') == ['{"a":1}', '{"b":2}']


def test_an_object_over_several_lines_is_one() -> None:
    assert raws(b'{\n "a": 1\n}') == ['{\n "a": 1\n}']


def test_an_envelope_is_opened_where_it_is_known() -> None:
    assert raws(b'{"value":[{"a":1},{"a":2}],"next":"x"}', ("value",)) == ['{"a":1}', '{"a":2}']
    assert raws(b'{"value":[{"a":1}]}') == ['{"value":[{"a":1}]}']
    assert raws(b'{"value":7}', ("value",)) == ['{"value":7}']
