"""JSON of any depth is read, and what is no JSON is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from limen.cedar import ParseError
from limen.cedar.json_text import _loads_deep, loads

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON, st.sampled_from([None, 1]))
def test_the_loop_reads_what_the_standard_reader_reads(value: object, indent: int | None) -> None:
    assert _loads_deep(json.dumps(value, indent=indent)) == value


def test_a_tree_of_fifty_thousand_levels_is_read() -> None:
    tree = loads('{"a":[' * 25_000 + "1" + "]}" * 25_000)
    for _ in range(25_000):
        tree = tree["a"][0]
    assert tree == 1


@pytest.mark.parametrize("text", ["", "{", "[1", '{"a" 1}', "[x]", "{1: 2}", "nul", '["a'])
def test_what_is_no_json_is_a_parse_error(text: str) -> None:
    with pytest.raises(ParseError):
        loads(text)
    with pytest.raises((ParseError, ValueError)):
        _loads_deep(text)
