"""Mails made to be read in one way by what looks into them, and in another by whoever gets them."""

from __future__ import annotations

from base64 import encodebytes

import pytest
from tests.data.extraction import made

_HEAD = b"From: ann@harbor.example\r\nTo: bo@elsewhere.example\r\nSubject: offer\r\nMIME-Version: 1.0\r\n"
_PACKED = made.zipped({"a.txt": made.SEEN})


def _with_a_file(head: bytes, *, behind: bytes = b"") -> bytes:
    return (
        head
        + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n'
        + b'--b\r\nContent-Type: application/zip; name="a.zip"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        + encodebytes(_PACKED).replace(b"\n", b"\r\n")
        + b"--b--\r\n"
        + behind
    )


def _finds(mail: bytes, name: str = "") -> set[str]:
    return {what for what, _ in made.finds(made.inspected(mail, name))}


# Mails that do not look like mails


_DISGUISED = {
    "many headers before those of every mail": _with_a_file(
        b"".join(b"X-%d: %s\r\n" % (number, b"lorem ipsum " * 6) for number in range(200)) + _HEAD
    ),
    "hardly a header": _with_a_file(b"X-Mailer: x\r\nReply-To: ann@harbor.example\r\n"),
    "a header without a blank": _with_a_file(b"X-Mailer:x\r\n"),
    "a mailbox far inside": _with_a_file(_HEAD, behind=b"\r\nFrom x\r\nA: b\r\n\r\nFrom y\r\nA: b\r\n"),
    "a mailbox from its first line": _with_a_file(
        b"From x\r\n" + _HEAD + b"Comments: x\r\n", behind=b"\r\nFrom y\r\nA: b\r\n"
    ),
    "a PDF in a header": _with_a_file(b"X-A: %PDF-1.4\r\n" + _HEAD),
    "something packed in a header": _with_a_file(b"BZh: x\r\n" + _HEAD),
}


@pytest.mark.parametrize("how", _DISGUISED)
def test_a_file_in_it_is_read(how: str) -> None:
    assert _finds(_DISGUISED[how]) == {"card"}


def test_a_mailbox_that_cuts_a_mail_in_two_is_read_as_one_mail_too() -> None:
    whole = _with_a_file(b"From x\r\n" + _HEAD)
    before, part, after = whole.partition(b"--b\r\nContent-Type: application")
    assert _finds(before + b"From y\r\nA: b\r\n\r\n" + part + after) == {"card"}


def test_what_is_called_a_mail_is_read_as_one() -> None:
    assert _finds(_with_a_file(b"X" * 300 + b": a\r\n"), "message.eml") == {"card"}
