from __future__ import annotations

import pytest

from limen.devices.sources.vendor_words import checks, flag, inside, instant, text


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-11-27T09:00:00Z", 1_795_770_000_000),
        ("2026-11-27T09:00:00.1234567Z", 1_795_770_000_000),
        ("2026-11-27T10:00:00+01:00", 1_795_770_000_000),
        ("2026-11-27T09:00:00", 1_795_770_000_000),
        ("0001-01-01T00:00:00Z", 0),
        ("soon", 0),
        ("", 0),
    ],
)
def test_instants(written: str, at: int) -> None:
    assert instant({"at": written}, "at") == at


def test_texts_and_what_is_inside() -> None:
    told = {"a": {"b": " x "}, "c": "a\x00b", "d": "x" * 300, "e": 1}
    assert [text(told, *path) for path in (("a", "b"), ("c",), ("d",), ("e",), ("f", "g"))] == ["x", "", "", "", ""]
    assert (inside(told, "a", "b", "c"), inside(told, "e", "f")) == (None, None)


def test_checks_are_those_that_are_known() -> None:
    found = checks(5, disk_encryption=flag("encrypted", False), firewall=flag("enabled", None), secure_boot=None)
    assert [(check.id, check.at) for check in found.values()] == [("disk_encryption", 5)]
    assert flag("encrypted", "yes") is None
