"""How a table of secrets is read."""

from __future__ import annotations

import re

from limen.data.detectors.secrets.tables import by_form, by_name, is_named_value


def test_a_form_is_bounded_and_has_a_first_look() -> None:
    (one,) = by_form("a-key | A key | [0-9a-f]{8}«-zz»[0-9a-f]{8}")
    assert (one.id, one.name, one.rough) == ("a-key", "A key", "-zz")
    assert re.search(one.expression, "x 01234567-zz01234567 y")
    assert not re.search(one.expression, "01234567-zz0123456789")
    (one,) = by_form("b-key | B key | bkey_<uuid>")
    assert one.rough == r"\bbkey_[0-9a-f]{8}"


def test_a_name_stands_before_its_value() -> None:
    (one,) = by_name("c-key | C key | ceekay | [0-9a-f]{16}")
    for text in (
        "CEEKAY_API_KEY=0123456789abcdef",
        '"ceekayToken": "0123456789abcdef"',
        "ceekay key: 0123456789abcdef",
    ):
        assert re.search(one.expression, text)
    assert not re.search(one.expression, "ceekay and 0123456789abcdef")
    assert is_named_value(b"ceekay=93b1c0de77a4f2e8")
    assert not is_named_value(b"ceekay=aaaaaaaaaaaaaaaa")
