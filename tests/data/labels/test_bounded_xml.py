"""XML of strangers: nothing is expanded or fetched, and size, depth and number have an end."""

from __future__ import annotations

import pytest

from limen.data.labels.bounded_xml import MOST_BYTES, MOST_ELEMENTS, parsed, written
from limen.data.labels.model import NoLabelError, WhyNoLabel

_LAUGHS = b'<!DOCTYPE a [<!ENTITY x "ha">' + b"".join(
    b'<!ENTITY x%d "%s">' % (n, b"&x%d;" % (n - 1) * 10 if n else b"&x;" * 10) for n in range(9)
)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"<a>",
        b"\0",
        _LAUGHS + b"]><a>&x8;</a>",
        b'<!DOCTYPE a SYSTEM "file:///etc/hostname"><a/>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>',
        b"<a>" * 300 + b"</a>" * 300,
        b"<a>" + b"<b/>" * (MOST_ELEMENTS + 1) + b"</a>",
    ],
    ids=["empty", "open", "null", "laughs", "fetched", "file", "deep", "many"],
)
def test_what_is_no_plain_xml_is_broken(text: bytes) -> None:
    with pytest.raises(NoLabelError) as refused:
        parsed(text, "it")
    assert refused.value.why is WhyNoLabel.BROKEN


def test_size_has_an_end() -> None:
    with pytest.raises(NoLabelError) as refused:
        parsed(b"<a>" + b" " * MOST_BYTES + b"</a>", "it")
    assert refused.value.why is WhyNoLabel.TOO_LARGE


def test_what_is_written_is_read_again() -> None:
    one = parsed(b'<a c="2" b="1"/>', "it")
    assert parsed(written(one), "it").attrib == one.attrib
