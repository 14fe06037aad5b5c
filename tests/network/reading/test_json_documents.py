"""Documents of clouds, asked without trust in their shape."""

from __future__ import annotations

import pytest

from limen.network.reading.json_documents import document_of, merged, objects, refuse_without, text, texts, whole
from limen.network.reading.reading import UnreadableError


def test_an_object_or_a_list() -> None:
    assert document_of('{"a": 1}') == {"a": 1}
    assert document_of(b"[1]") == {"": [1]}
    for wrong in ("", "1", '"x"', "{", "[" * 5_000):
        with pytest.raises(UnreadableError):
            document_of(wrong)


def test_what_is_not_of_the_kind_is_none_or_refused() -> None:
    where = {"a": [{}, {}], "b": 7, "c": "x" * 999, "d": ["x", "", 3], "e": True, "f": [1]}
    assert objects(where, "a") == [{}, {}]
    assert objects(where, "z") == []
    for name in ("b", "f"):
        with pytest.raises(UnreadableError):
            objects(where, name)
    assert (text(where, "b"), len(text(where, "c"))) == ("", 300)
    assert texts(where, "d", "z", "b") == ["x"]
    assert (whole(where, "b"), whole(where, "e"), whole(where, "c")) == (7, None, None)
    with pytest.raises(UnreadableError):
        refuse_without(where, "b", "z")


def test_lists_of_one_name_are_put_together() -> None:
    assert merged([{"a": [1], "b": 2}, {"a": [2]}]) == {"a": [1, 2]}
