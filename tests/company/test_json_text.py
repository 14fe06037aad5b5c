from __future__ import annotations

import pytest

from limen.company.json_text import MAX_DEPTH, read_json
from limen.company.yaml_text import TextError


def test_plain_data() -> None:
    assert read_json('{"a": [1, 2.5, null, true, "x"], "b": {}}') == {"a": [1, 2.5, None, True, "x"], "b": {}}


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "a": 2}',
        "[NaN]",
        "[Infinity]",
        "[1",
        "",
        '"' + "x",
        "[" * 100_000,
        f"[{'9' * 5_000}]",
        "[" * 70 + "]" * 70,
    ],
)
def test_what_is_none_or_wants_to_hurt_is_refused(text: str) -> None:
    with pytest.raises(TextError):
        read_json(text)


def test_as_deep_as_it_may_be() -> None:
    assert read_json("[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)) is not None
