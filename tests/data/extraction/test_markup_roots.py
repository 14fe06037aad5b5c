"""What XML begins with."""

from __future__ import annotations

import pytest

from limen.data.extraction.markup_roots import NO_ROOT, root_of


@pytest.mark.parametrize(
    ("start", "root"),
    [
        (b"<x:worksheet xmlns:x='a'><row>", "worksheet"),
        (b"<?xml version='1.0'?>\n<!-- <sst> -->\n<document>", "document"),
        (b"<!DOCTYPE a><a/>", "a"),
        ("<?xml version='1.0'?><sst/>".encode("utf-16"), "sst"),
        (b"<!-- " + b"a" * 70_000, NO_ROOT),
        (b"plain text", ""),
        (bytes(range(256)), ""),
        (b"", ""),
    ],
)
def test_it_is_known_by_its_first_element(start: bytes, root: str) -> None:
    assert root_of(start) == root
