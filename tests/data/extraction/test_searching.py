"""Bytes searched for several expressions at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from limen.data.extraction.searching import Search


def test_each_end_is_told_with_the_number_of_its_expression() -> None:
    search = Search([rb"ab", rb"b.c", rb"x{3}"])
    assert search.ends(b"ab\nc xxxx ab") == [(2, 0), (4, 1), (8, 2), (9, 2), (12, 0)]
    assert search.ends(b"") == []


def test_it_serves_many_threads() -> None:
    search, text = Search([rb"a\d"]), b"a1 " * 10_000
    with ThreadPoolExecutor(4) as threads:
        assert {len(one) for one in threads.map(search.ends, [text] * 20)} == {10_000}
