"""A label written where documents are parsed: the document with it, or why it has none; never an error."""

from __future__ import annotations

import pytest
from tests.data.labels.made import ALL

from limen.data.extraction.labelling import with_label
from limen.data.labels import carriers
from limen.data.labels.model import WhyNoLabel


@pytest.mark.parametrize("kind", ALL)
def test_the_document_has_it_and_what_the_mark_is_of_stays_the_same_with_another(kind: str) -> None:
    document = ALL[kind]()  # made once: some kinds hold the time at which they are made
    blank, mark = with_label(document, "internal", "-" * 40), with_label(document, "internal", "x" * 40)
    assert carriers.read(mark.data).words == ("internal",)
    assert carriers.read(mark.data).content == mark.content == blank.content != b""


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"a,b\n", WhyNoLabel.NO_ROOM),
        (b"<!doctype html><script>1</script>", WhyNoLabel.NO_ROOM),
        (b"", WhyNoLabel.NO_ROOM),
        (b"%PDF-1.7\nnothing", WhyNoLabel.BROKEN),
        (b"PK\x03\x04", WhyNoLabel.BROKEN),
    ],
)
def test_what_has_no_room_or_cannot_be_read_says_why(data: bytes, why: WhyNoLabel) -> None:
    assert with_label(data, "internal", "").why_not is why
    assert with_label(data, "internal", "").data == b""


def test_whatever_a_parser_raises_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    for error, why in ((MemoryError(), WhyNoLabel.TOO_LARGE), (RecursionError(), WhyNoLabel.BROKEN)):

        def fail(_data: bytes, error: BaseException = error) -> None:
            raise error

        monkeypatch.setattr(carriers, "carrier_of", fail)
        assert with_label(b"", "internal", "").why_not is why
