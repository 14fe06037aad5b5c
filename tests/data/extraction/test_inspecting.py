"""One document as a whole: little text at once, long text piece by piece."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from tests.data.extraction import made
from tests.data.labels import made as labelled

from limen.data.documents import Inspected, WhyNot
from limen.data.extraction.inspecting import MOST_HERE, inspect_bytes, inspect_open, inspect_plain
from limen.data.extraction.limits import Limits
from limen.data.labels import carriers
from limen.data.labels.model import DocumentLabel, label_in_force
from limen.facts import Label


def test_little_text_is_looked_into_here_as_anywhere() -> None:
    for text in (f"{made.SEEN}\n{made.UNSEEN}".encode(), "Grüße\n".encode("utf-16"), b"a;b\n4111 1111;1111 1111\n"):
        here = inspect_plain(made.scanner(), text, "a.txt")
        assert here == inspect_bytes(made.scanner(), text, "a.txt", Limits())


def test_what_is_more_than_plain_text_is_not() -> None:
    others = [make() for kind, make in made.DOCUMENTS.items() if kind not in {"text", "csv"}]
    for data in (*others, b"x" * (MOST_HERE + 1), b"text\n" * 2_000 + made.zipped({"a": "b"})):
        assert inspect_plain(made.scanner(), data, "") is None


def test_the_name_is_looked_into() -> None:
    assert made.finds(made.inspected(b"nothing", f"{made.CARD}.txt")) == {("card", "name")}


def _opened(data: bytes, limits: Limits) -> Inspected:
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        return inspect_open(made.scanner(), file.fileno(), len(data), "", limits)


def test_long_text_is_read_to_its_end() -> None:
    limits = Limits(most_bytes=1_000)
    text = b"line\n" * 100_000 + made.SEEN.encode()
    assert made.finds(_opened(text, limits)) == {("card", "line 100001")}
    assert made.finds(_opened(text.decode().encode("utf-16"), limits)) == {("card", "line 100001")}
    assert _opened(text + b"\0\1", limits).why_not == {WhyNot.TOO_LARGE}


def test_a_long_document_is_too_large() -> None:
    assert _opened(made.word(), Limits(most_bytes=1_000)).why_not == {WhyNot.TOO_LARGE}
    assert _opened(made.word(), Limits()) == made.inspected(made.word())


_RESTRICTED = DocumentLabel(Label.RESTRICTED, 1_796_092_200_000, "p_1")


@pytest.mark.parametrize("make", [labelled.word, labelled.pdf, labelled.open_text, labelled.mail])
def test_a_document_says_its_label(make: Callable[[], bytes]) -> None:
    inspected = made.inspected(carriers.write(make(), _RESTRICTED, labelled.MARKS))
    assert (inspected.label, inspected.inside) == (Label.RESTRICTED, ())
    assert inspected.carried is not None
    assert labelled.MARKS.claim(inspected.carried, {}).proven == _RESTRICTED
    assert (silent := made.inspected(make())).label is silent.carried is None


def test_a_label_is_not_lost_where_the_document_is_packed() -> None:
    document = carriers.write(labelled.word(), _RESTRICTED, labelled.MARKS)
    packed = made.zipped({"a.docx": labelled.word(), "inner.zip": made.zipped({"b.docx": document})})
    inspected = made.inspected(packed)
    assert (inspected.label, inspected.carried) == (Label.RESTRICTED, None)
    assert Label.RESTRICTED in [labelled.MARKS.claim(one, {}).label for one in inspected.inside]


def test_a_lowered_wrapping_lowers_nothing_in_it() -> None:
    document = carriers.write(labelled.word(), _RESTRICTED, labelled.MARKS)
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Date"] = "ada@harbor.example", "Offer", "Tue, 1 Dec 2026 02:30:00 +0000"
    mail.set_content("attached")
    mail.add_attachment(document, maintype="application", subtype="octet-stream", filename="a.docx")
    lowered = DocumentLabel(Label.PUBLIC, 1_796_092_200_000, "p_1", Label.RESTRICTED)
    inspected = made.inspected(carriers.write(mail.as_bytes(), lowered, labelled.MARKS))
    claim = labelled.MARKS.claim_of_all(inspected.carried, inspected.inside, {})
    assert claim is not None
    assert claim.proven == lowered
    assert label_in_force(claim, Label.PUBLIC) is Label.RESTRICTED


def test_what_a_document_says_of_its_label_is_told_with_it() -> None:
    document = carriers.write(made.word(), DocumentLabel(Label.CONFIDENTIAL), labelled.MARKS)
    assert made.inspected(document).carried == carriers.read(document)
    for data in (made.word(), b"%PDF-1.4 broken", b"plain text"):
        assert made.inspected(data).carried is None
