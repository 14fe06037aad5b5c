"""The parts of forms, and what could be read in two ways."""

from __future__ import annotations

import pytest
from tests.enforcement.documents.checks import base64_of, form

from limen.http_bodies.codings import UnreadableError
from limen.http_bodies.forms import MOST_PARTS, boundary_of, decoded, filename_in, parts_of

TYPE = b"multipart/form-data; boundary=xYx"


async def _parts(body, content_type=TYPE, size=1 << 20):
    async def pieces():
        for at in range(0, len(body), size):
            yield body[at : at + size]

    return [
        (part.field, part.filename, part.is_file, b"".join([piece async for piece in part.body]))
        async for part in parts_of(pieces(), content_type)
    ]


@pytest.mark.parametrize("size", [1, 3, 64, 1 << 20])
async def test_parts_come_in_order_whatever_the_pieces(size):
    tricky = b"\r\n--xY\r\n--xYz\r\n--" * 20
    body = form(("a", "", b"1"), ("b", "b.bin", tricky), ("c", "", b""))
    assert await _parts(body, size=size) == [
        ("a", "", False, b"1"),
        ("b", "b.bin", True, tricky),
        ("c", "", False, b""),
    ]


async def test_names_in_the_extended_form_make_a_file():
    body = b"--xYx\r\nContent-Disposition: form-data; name=f; filename*=UTF-8''l%C3%B6hne.csv\r\n\r\nx\r\n--xYx--"
    assert await _parts(body) == [("f", "löhne.csv", True, b"x")]
    assert filename_in(b"attachment; filename=\"a.txt\"; filename*=utf-8''b%20c.txt") == "b c.txt"
    assert filename_in(b"attachment; filename*=nonsense''b") == "b"
    assert filename_in(b"inline") == ""


def test_transfer_encodings_are_undone():
    text = b"caf\xc3\xa9 " * 100
    coded = base64_of(text).encode()
    lines = b"\r\n".join(coded[at : at + 76] for at in range(0, len(coded), 76))
    assert decoded(lines, b"base64") == text
    assert decoded(b"caf=C3=A9=\r\n ol=C3=A9", b"quoted-printable") == b"caf\xc3\xa9 ol\xc3\xa9"


@pytest.mark.parametrize(
    ("content", "encoding", "why"),
    [
        (b"AA==AAAA", b"base64", "broken"),
        (b"AAAA!AAA", b"base64", "broken"),
        (b"AAA", b"base64", "broken"),
        (b"a=zz", b"quoted-printable", "broken"),
        (b"AAAA", b"x-uuencode", "unknown-kind"),
    ],
)
def test_what_decoders_disagree_about_is_not_decoded(content, encoding, why):
    with pytest.raises(UnreadableError, match=why):
        decoded(content, encoding)


@pytest.mark.parametrize(
    "body",
    [
        b"before\r\n" + form(("a", "", b"1")),
        form(("a", "", b"1")) + b"behind",
        form(("a", "", b"1")) + b"\r\nbehind\r\n--xYx--",
        form(("a", "", b"1"))[:-4],
        form(("a", "", b"1"), head="\r\nContent-Disposition: form-data; name=b"),
        form(("a", "", b"1"), head="\r\nX: " + "y" * 9_000),
        form(("a", "", b"1"), head="\r\nX: y" * 20),
        form(*[("a", "", b"1")] * (MOST_PARTS + 1)),
        form(("a", "x", b"1"), boundary="zz"),
        b"",
    ],
)
@pytest.mark.parametrize("size", [1, 1 << 20])
async def test_what_could_be_read_in_two_ways_is_not_read(body, size):
    with pytest.raises(UnreadableError):
        await _parts(body, size=size)


@pytest.mark.parametrize(
    "said",
    [
        b"multipart/form-data",
        b"multipart/form-data; boundary=a; boundary=b",
        b"multipart/form-data; boundary=a; BOUNDARY=b",
        b"multipart/form-data; boundary*=utf-8''b; boundary=a",
        b"multipart/form-data; boundary=" + b"a" * 71,
        b'multipart/form-data; boundary="a\\"b"',
        b'multipart/form-data; boundary="a "',
        b"multipart/form-data; boundary=a; boundary * x=b",
        b'multipart/form-data; boundary=a; x="; boundary=b"',
        b"multipart/form-data; boundary=a; xboundary=b",
        b"multipart/form-data; boundary=a; " + b"boundary*" * 1_000,
    ],
)
def test_a_boundary_is_one_and_of_its_alphabet(said):
    with pytest.raises(UnreadableError, match="broken"):
        boundary_of(said)
    assert boundary_of(b'multipart/form-data; charset=x; boundary="a b"') == b"a b"
