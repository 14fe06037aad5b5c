"""A scanner with the company's lists beside detectors. Law: `tests/laws/test_data_lists.py`."""

from __future__ import annotations

from tests.data.planted import KEY

from limen.data.lists.exact import ExactMatcher, exact_of
from limen.data.rules.content_scanner import ContentScanner
from limen.data.rules.looked_for import scanner_of
from limen.data.rules.stated import DataRules

SCANNER = ContentScanner(
    scanner_of(DataRules(use=frozenset({"bank"})), KEY),
    [ExactMatcher("customers", exact_of(("number", "name"), [("K-10042", "Anna Berger")], KEY), KEY, 2, 80)],
)
TEXT = b"Anna Berger, K-10042, DE89 3704 0044 0532 0130 00"


def test_what_is_found_stands_in_order_of_place() -> None:
    assert [one.detector for one in SCANNER.text(TEXT).findings] == ["customers", "iban"]
    assert SCANNER.text(b"").findings == ()


def test_a_stream_knows_detectors_before_its_end_and_rows_at_it() -> None:
    with SCANNER.stream() as stream:
        stream.feed(TEXT + b" " * 10_000)
        assert [one.detector for one in stream.found.findings] == ["iban"]
        assert stream.end() == SCANNER.text(TEXT + b" " * 10_000)
