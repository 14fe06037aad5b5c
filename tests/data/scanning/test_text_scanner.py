"""Scanners of both kinds have the face of one."""

from __future__ import annotations

import pytest
from tests.data.extraction import made

from limen.data.rules.content_scanner import ContentScanner
from limen.data.scanning.text_scanner import TextScanner


@pytest.mark.parametrize("scanner", [made.scanner(), ContentScanner(made.scanner(), ())])
def test_in_the_whole_and_as_it_comes(scanner: TextScanner) -> None:
    with scanner.stream() as stream:
        stream.feed(made.SEEN.encode())
        found = stream.end()
    assert found == scanner.text(made.SEEN.encode())
    assert list(stream.settled) == list(found.findings)
