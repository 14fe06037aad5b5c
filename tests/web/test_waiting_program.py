from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from limen.web.waiting_program import waiting_at

STATE = "s" * 32


def test_it_waits_on_this_computer_and_is_told_with_its_state() -> None:
    program = waiting_at("40000", STATE)
    assert program is not None
    url = urlsplit(program.url(until=5, name="a b&c"))
    assert (url.scheme, url.netloc, url.path) == ("http", "127.0.0.1:40000", "/")
    assert parse_qs(url.query) == {"state": [STATE], "until": ["5"], "name": ["a b&c"]}
    assert waiting_at(**program.fields) == program


@pytest.mark.parametrize(
    ("port", "state"),
    [
        ("", STATE),
        ("80", STATE),
        ("1023", STATE),
        ("65536", STATE),
        ("1e4", STATE),
        ("40000@evil.example", STATE),
        ("４００００", STATE),
        ("40000", "short"),
        ("40000", "s" * 65),
        ("40000", "s" * 30 + "&x=1"),
    ],
)
def test_nothing_else_waits(port: str, state: str) -> None:
    assert waiting_at(port, state) is None
