"""Mails made to be read in one way by what looks into them, and in another by whoever gets them."""

from __future__ import annotations

import tempfile
from base64 import encodebytes
from binascii import b2a_uu

import pytest
from tests.data.extraction import made

from limen.data.documents import WhyNot
from limen.data.extraction.pool import Pool

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


# Mails that two programs read in two ways


def _single(fields: bytes, content: bytes) -> bytes:
    return _HEAD + fields + b"\r\n" + content


def _part(fields: bytes, content: bytes) -> bytes:
    return (
        _HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        + fields
        + b"\r\n"
        + content
        + b"\r\n--b--\r\n"
    )


def _packed_lines(data: bytes) -> bytes:
    lines = [b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45)]
    return b"begin 644 a.zip\n" + b"".join(lines) + b"`\nend\n"


_CARD, _BASE_64 = made.SEEN.encode(), encodebytes(_PACKED)
_QUOTED = "".join(f"={ord(letter):02X}" for letter in made.SEEN).encode()
_ZIP = b"Content-Type: application/zip\r\n"
_CODED = b"Content-Transfer-Encoding: "
_UNCLEAR = {
    "two encodings, the first wrong": _single(_CODED + b"base64\r\n" + _CODED + b"7bit\r\n", _CARD * 3),
    "two encodings, the second right": _part(_ZIP + _CODED + b"7bit\r\n" + _CODED + b"base64\r\n", _BASE_64),
    "two encodings, the second for text": _single(_CODED + b"7bit\r\n" + _CODED + b"quoted-printable\r\n", _QUOTED),
    "two types": _single(
        b"Content-Type: text/plain\r\nContent-Type: multipart/mixed; boundary=b\r\n",
        b"--b\r\n" + _ZIP + _CODED + b"base64\r\n\r\n" + _BASE_64 + b"--b--\r\n",
    ),
    "two boundaries": _single(
        b"Content-Type: multipart/mixed; boundary=a; boundary=b\r\n",
        b"--a\r\n\r\nhello\r\n--a--\r\n--b\r\n\r\n" + _CARD + b"\r\n--b--\r\n",
    ),
    "an encoding nobody knows": _part(_ZIP + _CODED + b"x-gzip64\r\n", _BASE_64),
    "an encoding with something behind it": _part(_ZIP + _CODED + b"base64 \xa0\r\n", _BASE_64),
    "base 64 behind its end": _part(_ZIP + _CODED + b"base64\r\n", b"AA==\r\n" + _BASE_64),
    "an encoded mail": _part(
        b"Content-Type: message/rfc822\r\n" + _CODED + b"base64\r\n", encodebytes(_with_a_file(_HEAD))
    ),
    "a line that is no header": b"hello\r\n" + _single(b"Content-Type: text/plain\r\n", _CARD),
    "ends of lines that are none": _single(
        b"X-A: b\r\rc\r\nContent-Type: text/plain\r\n" + _CODED + b"base64\r\n", encodebytes(_CARD * 3)
    ),
}


@pytest.mark.parametrize("how", _UNCLEAR)
def test_what_is_read_in_two_ways_is_read_in_both_and_is_broken(how: str) -> None:
    looked_into = made.inspected(_UNCLEAR[how], "message.eml")
    assert looked_into.why_not >= {WhyNot.BROKEN}
    assert {what for what, _ in made.finds(looked_into)} == {"card"}


_SURPRISING = {
    "an encoding with a blank behind it": _part(_ZIP + _CODED + b"BASE64 (so it is) \r\n", _BASE_64),
    "a character set that does not fit": _part(b"Content-Type: text/plain; charset=utf-16\r\n", _CARD + b" "),
    "a character set that no program has": _part(b"Content-Type: text/html; charset=punycode\r\n", _CARD),
    "lines of uuencode in a text": _part(b"Content-Type: text/plain\r\n", b"hello\r\n" + _packed_lines(_PACKED)),
    "a file that calls itself text": _part(b"Content-Type: text/plain\r\n" + _CODED + b"base64\r\n", _BASE_64),
}


@pytest.mark.parametrize("how", _SURPRISING)
def test_what_looks_like_text_and_is_more(how: str) -> None:
    assert _finds(_SURPRISING[how]) == {"card"}


def test_more_headers_of_a_part_than_are_read_are_said() -> None:
    many = b"".join(b"X-%d: a\r\n" % number for number in range(1_001))
    assert made.why_not(_part(many, b"hello")) == {WhyNot.TOO_MANY}


@pytest.mark.parametrize(
    "mail", [made.mail(), _with_a_file(_HEAD), _with_a_file(_HEAD)[:-9], b"From: a\nTo: b\nhello\n"]
)
def test_an_honest_mail_is_not_broken(mail: bytes) -> None:
    assert not made.why_not(mail)


def test_where_no_file_can_be_opened_any_more_they_are_read_alike() -> None:
    pool = Pool(made.scanner(), workers=1)
    try:
        for mail in (*_DISGUISED.values(), *_UNCLEAR.values(), *_SURPRISING.values()):
            file = tempfile.TemporaryFile()  # noqa: SIM115 -- the pool closes it
            file.write(mail)
            file.flush()
            assert pool.inspect(file, len(mail), "m.eml").result(120) == made.inspected(mail, "m.eml")
    finally:
        pool.close()
