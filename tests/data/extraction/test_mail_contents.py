"""Parts of mails, and what programs make of them. Hostile ones: `tests/attacks/test_mails_that_hide_parts.py`."""

from __future__ import annotations

from binascii import b2a_uu
from email import message_from_bytes

import pytest
from hypothesis import example, given, settings, strategies as st
from tests.dial import size

from limen.data.documents import Part, WhyNot
from limen.data.extraction import mail_contents
from limen.data.extraction.limits import Budget
from limen.data.extraction.mail_contents import contents_of, decoded_by, encoding_said, is_unclear
from limen.data.extraction.pieces import Inner


def _read(mail: bytes) -> list[bytes | WhyNot]:
    pieces = contents_of(message_from_bytes(mail), "", Budget())
    return [one.text if isinstance(one, Part) else one.data if isinstance(one, Inner) else one for one in pieces]


def test_what_a_part_says_of_itself() -> None:
    assert encoding_said(message_from_bytes(b"Content-Transfer-Encoding: BASE64 (x) \n\n")) == "base64"
    assert not is_unclear(
        message_from_bytes(
            b'Content-Type: multipart/mixed; boundary="boundary=1"\n\n--boundary=1\n\na\n--boundary=1--\n'
        )
    )
    assert is_unclear(message_from_bytes(b"Content-Type: message/partial\n\nFrom: a\n\nb"))
    assert is_unclear(message_from_bytes(b"Content-Type: multipart/mixed; boundary*0=a\n\nb"))


def test_an_honest_text_is_read_once() -> None:
    assert _read("Content-Type: text/plain; charset=utf-8\n\nGrüße".encode()) == ["Grüße\n".encode()]
    assert _read("Content-Type: text/plain; charset=iso-8859-1\n\nGrüße".encode("latin-1")) == ["Grüße\n".encode()]
    assert _read(b"Content-Transfer-Encoding: base64\n\naGVsbG8") == [b"hello\n"]


@settings(max_examples=size(300), deadline=None)
@example("QUJD=\r\nREVG")
@example("QUJDR\n\n=A==\n")
@example("====")
@given(
    st.lists(
        st.sampled_from(["QUJD", "REVG", "R0g=", "SQ==", "=", "A", "\r\n", "\n", "\r", " ", "-", "é"]), max_size=20
    )
)
def test_base_64_is_decoded_as_the_parser_decodes_it(letters: str | list[str]) -> None:
    written = "".join(letters).encode()
    mail = b"Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n" + written
    one = message_from_bytes(mail)
    content = one.get_payload(decode=True)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(mail_contents, "_AT_ONCE", 7)
        read = _read(mail)
    assert read[0] == content
    assert (WhyNot.BROKEN in read) == any("Padding" not in type(defect).__name__ for defect in one.defects)


def test_the_head_of_a_mail_is_text() -> None:
    head = b"From: a\nContent-Type: multipart/mixed; boundary=b"
    assert _read(b"Content-Type: text/rfc822-headers\n\n" + head) == [head + b"\n"]


def test_base_64_is_read_beyond_its_ends() -> None:
    assert decoded_by("base64", b"aGVsbG8=\naGVsbG8=\n") == b"hellohello"
    assert (decoded_by("quoted-printable", b"=41"), decoded_by("", b"=41")) == (b"A", b"=41")


def test_files_in_a_text_end_where_their_lines_do(monkeypatch: pytest.MonkeyPatch) -> None:
    one = b"begin 644 a.txt\n" + b2a_uu(b"hello").rstrip(b"\n") + b"M\n"
    assert _read(b"\n" + one * 2 + b"~\n" + one)[1:] == [b"hello"] * 3
    monkeypatch.setattr(mail_contents, "_MOST_PACKED", 2)
    assert _read(b"\n" + one * 3)[-1] is WhyNot.TOO_MANY
