"""PDF: an update behind what was there, with a table and with a stream of cross references, as others read it."""

from __future__ import annotations

import io

import pypdfium2
import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, StreamObject
from tests.data.labels.made import MARKS, MICROSOFT_ID, TEXT, pdf

from limen.data.labels import carriers
from limen.data.labels.model import DocumentLabel, NoLabelError, Standing, WhyNoLabel
from limen.facts import Label

_SAID = DocumentLabel(Label.CONFIDENTIAL, 1_796_092_200_000, "p_1")
_XMP = (
    '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
    'xmlns:pdfx="http://ns.adobe.com/pdfx/1.3/"><pdfx:MSIP_x005f_Label_x005f_{id}_x005f_Enabled>true'
    "</pdfx:MSIP_x005f_Label_x005f_{id}_x005f_Enabled></rdf:Description></rdf:RDF></x:xmpmeta>"
    '<?xpacket end="w"?>'
)


def _saved(writer: PdfWriter) -> bytes:
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def _with_stream() -> bytes:
    """The same with a cross-reference stream, by an update of pypdf's."""
    writer = PdfWriter(io.BytesIO(pdf()), incremental=True)
    writer.add_metadata({"/Subject": "Wages"})
    return _saved(writer)


def _without_info() -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(pdf()))
    writer.metadata = None
    return _saved(writer)


@pytest.mark.parametrize("before", [pdf(), _with_stream(), _without_info()], ids=["table", "stream", "no-info"])
def test_what_was_there_stays_and_others_read_it(before: bytes) -> None:
    after = carriers.write(before, _SAID, MARKS)
    assert after.startswith(before)
    assert MARKS.claim(carriers.read(after), {}).proven == _SAID
    assert pypdfium2.PdfDocument(after)[0].get_textpage().get_text_bounded() == TEXT
    assert pypdfium2.PdfDocument(after).get_metadata_value("limen-label") == "confidential"
    assert pypdfium2.PdfDocument(after).get_metadata_value("Title") == pypdfium2.PdfDocument(before).get_metadata_value(
        "Title"
    )
    reader = PdfReader(io.BytesIO(after), strict=True)
    assert (len(reader.pages), (reader.metadata or {})["/limen-label"]) == (1, "confidential")


def test_a_label_is_set_again_behind_the_last() -> None:
    once = carriers.write(pdf(), _SAID, MARKS)
    twice = carriers.write(once, DocumentLabel(Label.RESTRICTED), MARKS)
    claim = MARKS.claim(carriers.read(twice), {})
    assert (claim.label, claim.standing) == (Label.RESTRICTED, Standing.PROVEN)
    assert pypdfium2.PdfDocument(twice).get_metadata_value("limen-label") == "restricted"


def test_labels_of_microsoft_are_read_in_info_and_in_xmp() -> None:
    writer = PdfWriter(clone_from=io.BytesIO(pdf()))
    writer.add_metadata({f"/MSIP_Label_{MICROSOFT_ID}_Enabled": "true"})
    assert carriers.read(_saved(writer)).microsoft == {MICROSOFT_ID}
    writer = PdfWriter(clone_from=io.BytesIO(pdf()))
    stream = StreamObject()
    stream.set_data(_XMP.format(id=MICROSOFT_ID).encode())
    writer.root_object[NameObject("/Metadata")] = writer._add_object(stream)
    assert carriers.read(_saved(writer)).microsoft == {MICROSOFT_ID}


def test_what_is_signed_or_encrypted_says_so() -> None:
    with pytest.raises(NoLabelError) as refused:
        carriers.write(pdf() + b"\n% /ByteRange [0 1 2 3]\n", _SAID, MARKS)
    assert refused.value.why is WhyNoLabel.SIGNED
    writer = PdfWriter(clone_from=io.BytesIO(pdf()))
    writer.encrypt("only Ben knows", algorithm="AES-256")
    with pytest.raises(NoLabelError) as refused:
        carriers.read(_saved(writer))
    assert refused.value.why is WhyNoLabel.ENCRYPTED
