"""What is printed to paste; that the real programs do what it says is tested in `tests/interop`."""

from __future__ import annotations

from tests.golden import Expected

from limen.data.doors import recipes


def test_squid(expected: Expected) -> None:
    expected(recipes.squid("127.0.0.1:1344"))
    expected(recipes.squid("limen.harbor.example:11344", is_encrypted=True, asks_about_responses=False))
