"""Labels forged, stripped, moved, lowered by another tool, and documents made to harm whoever reads their label.

Each is held against what a company loses: a document must never count as less than its content says, unless Limen
itself lowered it on exactly this content.
"""

from __future__ import annotations

import io
import time
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from functools import cache

import openpyxl
import pytest
from hypothesis import given, strategies as st
from pypdf import PdfWriter
from tests.data.labels import made
from tests.data.labels.made import ALL, MARKS

from limen.data.labels import carriers, odf, ooxml
from limen.data.labels.marks import Marks
from limen.data.labels.model import DocumentLabel, NoLabelError, Standing, WhyNoLabel, label_in_force
from limen.data.labels.zip_members import ZipMembers
from limen.facts import Label

_THIEF = Marks((b"a key that the thief has made up",))
_LOWERED = DocumentLabel(Label.PUBLIC, 1_796_092_200_000, "p_1", Label.RESTRICTED)
_RESTRICTED = DocumentLabel(Label.RESTRICTED, 1_796_092_200_000, "p_1")
KINDS = pytest.mark.parametrize("kind", ALL)


def _in_force(data: bytes, content: Label | None = Label.RESTRICTED) -> tuple[Standing, Label | None]:
    claim = MARKS.claim(carriers.read(data), {})
    return claim.standing, label_in_force(claim, content)


@cache
def _labelled(kind: str) -> bytes:
    return carriers.write(ALL[kind](), _LOWERED, MARKS)


@KINDS
def test_a_label_lowered_with_a_key_of_ones_own(kind: str) -> None:
    assert _in_force(carriers.write(ALL[kind](), _LOWERED, _THIEF)) == (Standing.FORGED, Label.RESTRICTED)


@KINDS
def test_a_label_lowered_without_a_mark(kind: str) -> None:
    labelled = carriers.write(ALL[kind](), _RESTRICTED, MARKS)
    stripped = carriers.write(labelled, DocumentLabel(Label.PUBLIC), Marks())
    assert _in_force(stripped) == (Standing.UNMARKED, Label.RESTRICTED)


@KINDS
def test_a_lowered_label_moved_to_another_document(kind: str) -> None:
    """Its mark is real; the content is another."""
    (word,), (mark,) = (carried := carriers.read(carriers.write(ALL[kind](), _LOWERED, MARKS))).words, carried.marks
    moved = carriers.carrier_of(ALL[kind]("DE89 3704 0044 0532 0130 00")).write(word, mark)
    assert _in_force(moved) == (Standing.CHANGED, Label.RESTRICTED)


@KINDS
def test_the_visible_word_lowered_beside_its_mark(kind: str) -> None:
    (mark,) = carriers.read(labelled := carriers.write(ALL[kind](), _RESTRICTED, MARKS)).marks
    altered = carriers.carrier_of(labelled).write("public", mark)
    assert _in_force(altered, None) == (Standing.FORGED, Label.RESTRICTED)


@KINDS
def test_a_lowered_mark_with_fields_of_ones_own(kind: str) -> None:
    (mark,) = carriers.read(labelled := carriers.write(ALL[kind](), _LOWERED, MARKS)).marks
    for old, new in (("from=restricted", "from=confidential"), ("by=p_1", "by=p_2"), ("v1 ", "v2 ")):
        altered = carriers.carrier_of(labelled).write("public", mark.replace(old, new))
        assert _in_force(altered)[0] is Standing.FORGED


@pytest.mark.parametrize(("kind", "member"), [("docx", ooxml.CUSTOM), ("xlsx", ooxml.CUSTOM), ("odt", odf.META)])
@given(
    at=st.integers(0), put=st.sampled_from([b" ", b"\n", b"<!-- 4111 1111 1111 1111 -->", b' a="4111"', b"4", b"<a/>"])
)
def test_text_put_beside_the_label_of_a_lowered_document(kind: str, member: str, at: int, put: bytes) -> None:
    """Comments around the root, attributes of the label's own property: wherever it is, the label is not proven."""
    members = ZipMembers.of(_labelled(kind))
    text = members.read(member)
    assert text is not None
    place = at % (len(text) + 1)
    with suppress(NoLabelError):  # no XML any more
        altered = members.with_members({member: text[:place] + put + text[place:]})
        assert _in_force(altered)[0] is not Standing.PROVEN


@pytest.mark.parametrize(
    ("kind", "member", "own"), [("docx", ooxml.CUSTOM, b"name="), ("odt", odf.META, b"meta:name=")]
)
def test_text_put_into_the_label_of_a_lowered_document(kind: str, member: str, own: bytes) -> None:
    """Where a digest of what the XML means, without the label's own elements, would not see it."""
    members = ZipMembers.of(_labelled(kind))
    text, name = members.read(member) or b"", own + b'"limen-label"'
    assert name in text
    for altered in (text.replace(name, b'title="4111 1111 1111 1111" ' + name), text + b"<!-- 4111 1111 1111 1111 -->"):
        assert _in_force(members.with_members({member: altered})) == (Standing.CHANGED, Label.RESTRICTED)


@pytest.mark.parametrize("field", ["Comments: 4111 1111 1111 1111", "Received: (4111 1111 1111 1111)", "X-A: b"])
def test_a_header_put_into_a_lowered_mail(field: str) -> None:
    labelled = _labelled("eml")
    assert _in_force(labelled) == (Standing.PROVEN, Label.PUBLIC)
    for place in (0, labelled.index(b"From:"), labelled.index(b"\r\n\r\n") + 2):
        altered = labelled[:place] + field.encode() + b"\r\n" + labelled[place:]
        assert _in_force(altered) == (Standing.CHANGED, Label.RESTRICTED)


def test_a_document_edited_after_it_was_lowered() -> None:
    labelled = carriers.write(made.sheet(), _LOWERED, MARKS)
    assert _in_force(labelled) == (Standing.PROVEN, Label.PUBLIC)
    edited = openpyxl.load_workbook(io.BytesIO(labelled))
    edited.active["A2"] = "DE89 3704 0044 0532 0130 00"
    buffer = io.BytesIO()
    edited.save(buffer)
    assert _in_force(buffer.getvalue()) == (Standing.CHANGED, Label.RESTRICTED)


def test_text_hidden_in_another_property_after_it_was_lowered() -> None:
    labelled = carriers.write(made.sheet(), _LOWERED, MARKS)
    members = ZipMembers.of(labelled)
    custom = (members.read(ooxml.CUSTOM) or b"").replace(made.PROJECT[1].encode(), b"DE89 3704 0044 0532 0130 00")
    assert _in_force(members.with_members({ooxml.CUSTOM: custom})) == (Standing.CHANGED, Label.RESTRICTED)


def test_an_update_behind_a_lowered_pdf() -> None:
    writer = PdfWriter(io.BytesIO(carriers.write(made.pdf(), _LOWERED, MARKS)), incremental=True)
    writer.add_blank_page()
    buffer = io.BytesIO()
    writer.write(buffer)
    assert _in_force(buffer.getvalue()) == (Standing.CHANGED, Label.RESTRICTED)


def test_two_labels_of_which_one_is_lower() -> None:
    fields = ["X-Limen-Label: public", "X-Limen-Label: restricted"]
    assert _in_force(made.mail("x", *fields), None) == (Standing.UNMARKED, Label.RESTRICTED)
    once = carriers.write(made.mail(), _LOWERED, MARKS)
    twice = carriers.read(b"X-Limen-Label-Mark: v1 of nobody\r\n" + once)
    assert MARKS.claim(twice, {}).standing is Standing.FORGED


@pytest.mark.parametrize("value", ["public\r\nX-Other: 1", "public) /Evil (", "<evil/>", "\0", "x" * 100_000])
def test_words_that_break_out_of_their_place_are_none(value: str) -> None:
    found = MARKS.claim(carriers.read(made.sheet("x", ("limen-label", value.replace("\0", "")))), {})
    assert found.label is None


# Documents made to harm whoever reads them

_BOMB = zlib.compress(b"a" * (64 << 20), 9)


def _with_custom(text: bytes) -> bytes:
    return ZipMembers.of(made.sheet()).with_members({ooxml.CUSTOM: text})


def _quoted(size: int) -> bytes:
    names = "".join([f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(size)])
    return f"<!DOCTYPE Properties [{names}]><Properties>&e{size - 1};</Properties>".encode()


def _twice() -> bytes:
    buffer = io.BytesIO(made.sheet())
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(ooxml.CUSTOM, "<Properties/>")
    return buffer.getvalue()


def _pdf_bomb() -> bytes:
    """Metadata that unpacks to a thousand times its size, and a section of references that names itself."""
    body = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Metadata 2 0 R >>\nendobj\n"
    stream = b"2 0 obj\n<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream\nendobj\n" % (len(_BOMB), _BOMB)
    at = len(body) + len(stream)
    rows = b"0000000000 65535 f\r\n%010d 00000 n\r\n%010d 00000 n\r\n" % (9, len(body))
    trailer = b"trailer\n<< /Size 3 /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (at, at)
    return body + stream + b"xref\n0 3\n" + rows + trailer


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: _with_custom(b"<Properties>" + b" " * (64 << 20) + b"</Properties>"), WhyNoLabel.TOO_LARGE),
        (lambda: _with_custom(_quoted(9)), WhyNoLabel.BROKEN),
        (lambda: _with_custom(b"<a>" * 100_000), WhyNoLabel.BROKEN),
        (_twice, WhyNoLabel.BROKEN),
        (_pdf_bomb, WhyNoLabel.TOO_LARGE),
        (lambda: made.mail("x", "a: " + "b\r\n " * 500_000), WhyNoLabel.TOO_LARGE),
        (lambda: b"a:" * 5_000_000, WhyNoLabel.NO_ROOM),
    ],
    ids=["zip-bomb", "entity-bomb", "deep", "twice", "pdf-bomb", "endless-field", "no-mail"],
)
def test_a_document_made_to_harm(make: Callable[[], bytes], why: WhyNoLabel) -> None:
    data = make()
    started = time.process_time()
    with pytest.raises(NoLabelError) as refused:
        carriers.read(data)
    assert refused.value.why is why
    assert time.process_time() - started < 15
