"""What is read of XML, and what is not. What strangers try is in `tests/attacks/test_saml.py`."""

from __future__ import annotations

import pytest

from limen.sso.saml import xml_reader
from limen.sso.saml.xml_reader import UnreadableXmlError, read_message, read_metadata, text_of


def test_a_plain_document_is_read() -> None:
    root = read_message('<?xml version="1.0" encoding="UTF-8"?>\n<a ID="x"><b> é </b></a>'.encode())
    assert (root.tag, text_of(root.find("b")), text_of(root.find("c"))) == ("a", "é", "")
    assert read_message(b"\xef\xbb\xbf<a/>").tag == "a"


def test_metadata_may_have_comments_and_nothing_is_lost_by_them() -> None:
    root = read_metadata(b"<!-- by hand --><a><b>mia<!-- x -->@harbor.example</b></a>")
    assert text_of(root.find("b")) == "mia@harbor.example"


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"no",
        b"<a>",
        b"<a/><b/>",
        b"<a>\xff</a>",
        b"<a><!-- x --></a>",
        b"<!DOCTYPE a><a/>",
        b'<?xml version="1.0" encoding="UTF-16"?><a/>',
        '<?xml version="1.0" encoding="UTF-16"?><a/>'.encode("utf-16"),
        b"<?x y?><a/>",
        b"<a/><?x y?>",
        b"<a><?x y?></a>",
        b"<a>&b;</a>",
        b"<a>\x00</a>",
        b'<a ID="x"><b ID="x"/></a>',
        b'<a ID="x"><b Id="x"/></a>',
        b'<a ID="x"><b xml:id="x"/></a>',
        b"<a>" * 30 + b"</a>" * 30,
        b"<a>" + b"<b/>" * 600 + b"</a>",
        b"<a>" + b"x" * 70_000 + b"</a>",
    ],
)
def test_what_could_be_read_in_two_ways_is_not_read(document: bytes) -> None:
    with pytest.raises(UnreadableXmlError):
        read_message(document)


def test_metadata_is_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_reader, "MOST_BYTES_OF_METADATA", 10)
    with pytest.raises(UnreadableXmlError):
        read_metadata(b"<a>0123456789</a>")


def test_an_element_with_more_than_text_has_none() -> None:
    assert text_of(read_message(b"<a><b>mia<c/>.evil</b></a>").find("b")) == ""
