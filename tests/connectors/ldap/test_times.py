"""Time as directories write it, and what only looks like it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from limen.connectors.ldap.entries import Entry
from limen.connectors.ldap.times import NEVER, from_file_time, from_generalized, instant_of


def at(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 1_000  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("20261201093000Z", at(2026, 12, 1, 9, 30)),
        ("20261201093000.5Z", at(2026, 12, 1, 9, 30)),
        ("2026120109Z", at(2026, 12, 1, 9)),
        ("20261201093000+0100", at(2026, 12, 1, 8, 30)),
        ("20261201093000-0130", at(2026, 12, 1, 11)),
        ("", 0),
        ("20261301000000Z", 0),
        ("00010101000000+0100", 0),
        ("20261201093000", 0),
        ("２０２６1201093000Z", 0),
        ("9" * 400, 0),
    ],
)
def test_generalized_time(text: str, instant: int) -> None:
    assert from_generalized(text) == instant


@pytest.mark.parametrize(
    ("ticks", "instant"),
    [
        (134_252_574_000_000_000, at(2026, 6, 6, 22, 10)),
        (0, 0),
        (NEVER, 0),
        (NEVER - 1, 0),
        (-5, 0),
        (1, 0),
    ],
)
def test_file_time(ticks: int, instant: int) -> None:
    assert from_file_time(ticks) == instant


def test_an_attribute_is_read_in_either_way() -> None:
    entry = Entry("cn=x", {"a": (b"134252574000000000",), "b": (b"20260606221000Z",), "c": (b"\xff",)})
    assert instant_of(entry, "a") == instant_of(entry, "B") == at(2026, 6, 6, 22, 10)
    assert instant_of(entry, "c") == instant_of(entry, "d") == 0
