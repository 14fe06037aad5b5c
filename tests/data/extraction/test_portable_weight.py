"""What streams of a PDF unpack to."""

from __future__ import annotations

import zlib

import pytest
from tests.data.extraction import made

from limen.data.documents import WhyNot
from limen.data.extraction.limits import Limits, UnreadableError
from limen.data.extraction.portable_weight import streams_of, weigh

_SMALL = Limits(most_bytes=100_000, ratio_from=10_000)


def _stream(content: bytes, dictionary: bytes) -> bytes:
    return b"%PDF-1.4\n1 0 obj<<" + dictionary + b">>stream\n" + content + b"\nendstream endobj"


def test_ordinary_ones_pass() -> None:
    weigh(made.portable(), Limits())
    weigh(_stream(b"BT (a) Tj ET", b""), _SMALL)
    weigh(_stream(zlib.compress(b"a" * 9_000), b"/Filter/FlateDecode"), _SMALL)


def test_streams_begin_behind_their_word_alone() -> None:
    data = b"stream\na endstream\nb stream\r\nendstream stream streamstream\n"
    assert [one.end() for one in streams_of(data)] == [7, 29, len(data)]


def test_pictures_are_not_counted_and_text_is() -> None:
    content = zlib.compress(bytes(1 << 20))
    weigh(_stream(content, b"/Subtype /Image/Filter/FlateDecode"), _SMALL)
    hidden = content.hex().encode()
    for one, dictionary in (
        (content, b"/Filter/FlateDecode"),
        (content, b""),
        (zlib.compress(content), b"/Filter[/FlateDecode/FlateDecode]"),
        (hidden, b"/Filter[/ASCIIHexDecode/FlateDecode]"),
        (b"", b"/Filter[/LZWDecode/FlateDecode]"),
    ):
        with pytest.raises(UnreadableError) as error:
            weigh(_stream(one, dictionary), _SMALL)
        assert error.value.why_not is WhyNot.TOO_LARGE
