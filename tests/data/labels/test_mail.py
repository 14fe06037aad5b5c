"""Mails: headers at the head, the rest to the byte, and a digest that survives the way."""

from __future__ import annotations

from email import message_from_bytes
from hashlib import sha256

import pytest
from hypothesis import given, strategies as st
from tests.data.labels import made
from tests.data.labels.made import MARKS, MICROSOFT_ID

from limen.data.labels import carriers, mail
from limen.data.labels.model import DocumentLabel, NoLabelError, Standing, WhyNoLabel
from limen.facts import Label

_SAID = DocumentLabel(Label.CONFIDENTIAL, 1_796_092_200_000, "p_1")


@pytest.mark.parametrize("newline", [b"\r\n", b"\n"])
def test_the_rest_stays_to_the_byte(newline: bytes) -> None:
    before = made.mail().replace(b"\r\n", newline)
    after = carriers.write(before, _SAID, MARKS)
    assert after.endswith(before)
    assert message_from_bytes(after)["X-Limen-Label"] == "confidential"
    assert carriers.write(after, _SAID, MARKS) == after


def test_what_servers_do_on_the_way_is_no_change() -> None:
    sent = carriers.write(made.mail(), _SAID, MARKS)
    came = b"Received: from mail.harbor.example\n\tby mx.harbor.example\n" + sent.replace(b"\r\n", b"\n")
    assert MARKS.claim(carriers.read(came), {}).standing is Standing.PROVEN


@pytest.mark.parametrize(
    ("old", "new"), [(b"pays on the 27th", b"pays on the 28th"), (b"Subject: Wages", b"Subject: No")]
)
def test_another_text_or_subject_is_a_change(old: bytes, new: bytes) -> None:
    sent = carriers.write(made.mail(), _SAID, MARKS)
    assert MARKS.claim(carriers.read(sent.replace(old, new)), {}).standing is Standing.CHANGED


def test_a_mail_in_pieces_is_the_same_mail() -> None:
    whole = carriers.write(made.mail(), _SAID, MARKS)
    head, _, body = whole.partition(b"\r\n\r\n")
    message = message_from_bytes(head + b"\r\n\r\n")
    fields = [(name, " ".join(value.split())) for name, value in message.items()]
    assert mail.of_headers(fields, body) == carriers.read(whole)
    assert [name for name, _ in mail.headers("internal", "")] == ["X-Limen-Label"]


def test_other_headers_are_heard() -> None:
    old = made.mail("x", f"msip_labels: MSIP_Label_{MICROSOFT_ID}_Enabled=True; MSIP_Label_{MICROSOFT_ID}_SetDate=1;")
    assert carriers.read(old).microsoft == {MICROSOFT_ID}
    assert carriers.read(made.mail("x", "Sensitivity: Company-Confidential")).is_company_confidential
    assert not carriers.read(made.mail("x", "Sensitivity: Personal")).is_company_confidential


def test_a_folded_label_is_read() -> None:
    assert carriers.read(made.mail("x", "X-Limen-Label:", " restricted")).words == ("restricted",)


@pytest.mark.parametrize("field", ["no colon here", "bare: return\rX-Limen-Label: public"])
def test_a_head_that_two_programs_read_in_two_ways_is_broken(field: str) -> None:
    with pytest.raises(NoLabelError) as refused:
        carriers.read(made.mail("x", field))
    assert refused.value.why is WhyNoLabel.BROKEN


def test_fields_have_an_end() -> None:
    with pytest.raises(NoLabelError) as refused:
        carriers.read(made.mail("x", *["a: b"] * 3_000))
    assert refused.value.why is WhyNoLabel.TOO_LARGE


def test_prose_with_a_colon_is_no_mail() -> None:
    assert not mail.is_one(b"Note: pay Ben\nDate: soon\n\nbody")
    assert mail.is_one(made.mail())


@given(st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"a", b""]), max_size=12), st.integers(1, 4))
def test_a_body_in_pieces_is_the_same_body(parts: list[bytes], size: int) -> None:
    body = b"".join(parts)
    fields = [("X-Limen-Label-Mark", "v1")]
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    plain = body.replace(b"\r\n", b"\n").removeprefix(b"\n")
    for one in (body, lambda: pieces):
        assert mail.of_headers(fields, one).content == sha256(b"\n" + plain).digest()
