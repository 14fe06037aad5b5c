"""What is printed to paste; that the real programs do what it says is tested in `tests/interop`."""

from __future__ import annotations

from tests.golden import Expected

from limen.data.doors import recipes


def test_squid(expected: Expected) -> None:
    expected(recipes.squid("127.0.0.1:1344"))
    expected(recipes.squid("limen.harbor.example:11344", is_encrypted=True, asks_about_responses=False))


def test_postfix_samba_and_rsyslog(expected: Expected) -> None:
    """What is there already is added to, and not turned off by a line of its name."""
    expected(recipes.postfix("127.0.0.1:8891"))
    expected(recipes.samba())
    expected(recipes.rsyslog("/var/log/limen-samba.log", "limen"))
