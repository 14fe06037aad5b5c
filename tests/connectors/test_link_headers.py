from __future__ import annotations

import pytest

from limen.connectors.link_headers import next_link


@pytest.mark.parametrize(
    ("header", "address"),
    [
        ('<https://a/1>; rel="self", <https://a/2?x=1,2>; rel="next"', "https://a/2?x=1,2"),
        ("<https://a/2>;rel=next", "https://a/2"),
        ('<https://a/2>; title="a, b"; rel="next"', "https://a/2"),
        ('<https://a/2>; rel="prev"', ""),
        ('<https://a/2>; title="rel=next"', ""),
        ("", ""),
        ("<" * 100_000, ""),
        ("<a>;" + "x=1;" * 50_000, ""),
    ],
)
def test_the_link_to_the_next_page(header: str, address: str) -> None:
    assert next_link(header) == address
