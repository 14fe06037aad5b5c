from __future__ import annotations

from typing import Any

import pytest
from tests.importing.harbor import begun

from limen.errors import LimenError
from limen.importing.expectations import with_tests
from limen.importing.model import Expected

APPS = {"h": "handbook"}
GROUPS = {"s": "staff"}


def _with(*expected: Expected, before: str = "") -> str:
    return with_tests(before, begun(), expected, APPS, GROUPS, "Authelia")


def _one(**more: Any) -> Expected:
    said: dict[str, Any] = {"title": "Staff", "app": "h", "groups": ("s",), "is_permitted": True, **more}
    return Expected(**said)


def test_an_answer_is_a_test_once() -> None:
    text = _with(_one(), _one(), _one(title="Nobody", groups=(), is_permitted=False, address="192.0.2.7"))
    assert text.count("- test:") == 2
    assert [line.strip() for line in text.splitlines() if "expect" in line] == ["expect: permit", "expect: deny"]
    assert _with(_one(), before=text) == text
    assert _with(_one(title="Weak", strength=1, is_permitted=False)).rstrip().endswith("challenge")


def test_what_was_refused_and_would_be_permitted_stops_the_import() -> None:
    with pytest.raises(LimenError):
        _with(_one(is_permitted=False))
