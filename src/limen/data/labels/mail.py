"""Labels in mails: the headers `X-Limen-Label` and `X-Limen-Label-Mark`, those of Microsoft, and RFC 4021 Sensitivity.

Only lines at the head are put in or taken out; all else stays as it was, to the byte. The digest is of the body and of
the headers that say what it is, so that what servers add on the way changes nothing. A label that was lowered is
proven on all headers: any of them could hold what it was lowered without.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Final, TypeAlias

from limen.data.labels import properties
from limen.data.labels.model import MARK_NAME, NAME, Carried, NoLabelError, WhyNoLabel

HEADERS: Final = {NAME: "X-Limen-Label", MARK_NAME: "X-Limen-Label-Mark"}
MOST_HEAD: Final = 1 << 20
MOST_FIELDS: Final = 2_000
_BY_HEADER: Final = {header.lower(): name for name, header in HEADERS.items()}
_DIGESTED: Final = ("subject", "content-type", "content-transfer-encoding", "mime-version")
_NOT_LOWERED: Final = " from= "
"""Stands in a mark of a label that nobody lowered."""
_FIELD: Final = re.compile(rb"([!-9;-~]{1,200})[ \t]*:([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)(?:\r?\n|\Z)")
_IS_MAIL: Final = frozenset({"from", "received", "return-path", "date", "message-id", "subject", "mime-version"})
_LEAST_OF_MAIL: Final = 2


Body: TypeAlias = bytes | Callable[[], Iterable[bytes]]
"""What is behind the head of a mail: as a whole, or what gives it piece by piece as often as it is asked."""


def is_one(data: bytes) -> bool:
    """Whether it begins as a mail does: with header fields, two of which every mail has."""
    names: set[str] = set()
    try:
        for name, _, _, _ in _fields(data):
            names.add(name)
            if len(names & _IS_MAIL) >= _LEAST_OF_MAIL:
                return True
    except NoLabelError:
        pass
    return False


def read(data: bytes) -> Carried:
    fields = [(name, value) for name, value, _, _ in _fields(data)]
    return of_headers(fields, data[_body_at(data) :])


def of_headers(fields: Iterable[tuple[str, str]], body: Body) -> Carried:
    """The same for a mail that came in pieces: names and unfolded values, and everything behind the head."""
    found: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    is_confidential = False
    for written, value in fields:
        name = written.lower()
        if name in _BY_HEADER:
            found.append((_BY_HEADER[name], value))
            continue
        others.append((name, value))
        if name == "msip_labels":
            found += [_pair(one) for one in value.split(";")]
        elif name == "sensitivity":
            is_confidential |= value.lower() == "company-confidential"

    def digest() -> bytes:
        is_lowered = any(name == MARK_NAME and _NOT_LOWERED not in value for name, value in found)
        digested = [f"{name}:{value}\n" for name, value in others if is_lowered or name in _DIGESTED]
        whole = sha256("".join(digested).encode() + b"\n")
        for piece in _plain((body,) if isinstance(body, bytes) else body()):
            whole.update(piece)
        return whole.digest()

    return replace(properties.carried(found, digest), is_company_confidential=is_confidential)


def _plain(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """A body without the empty line before it, its lines ended in one way: a server may turn one into the other."""
    held, is_first = b"", True
    for piece in pieces:
        text = held + piece
        held = b"\r" if text.endswith(b"\r") else b""
        text = text.removesuffix(b"\r").replace(b"\r\n", b"\n")
        if is_first and text:
            text, is_first = text.removeprefix(b"\n"), False
        yield text
    yield held


def headers(word: str, mark: str) -> list[tuple[str, str]]:
    """The header fields to put in, after those of these names were taken out."""
    return [(HEADERS[name], value) for name, value in ((NAME, word), (MARK_NAME, mark)) if value]


def write(data: bytes, word: str, mark: str) -> bytes:
    newline = b"\r\n" if b"\r\n" in data[:MOST_HEAD] else b"\n"
    _body_at(data)
    new = b"".join([f"{name}: {value}".encode() + newline for name, value in headers(word, mark)])
    kept: list[bytes] = []
    at = 0
    for name, _, start, end in _fields(data):
        if name in _BY_HEADER:
            kept.append(data[at:start])
            at = end
    return new + b"".join(kept) + data[at:]


def _fields(data: bytes) -> Iterator[tuple[str, str, int, int]]:
    """Name in small letters, unfolded value, and where the field lies (RFC 5322 section 2.2)."""
    at, number = 0, 0
    while shape := _FIELD.match(data, at, MOST_HEAD):
        number += 1
        if number > MOST_FIELDS or shape.end() >= MOST_HEAD:
            raise NoLabelError(WhyNoLabel.TOO_LARGE, "the head of the mail is too long")
        value = b" ".join(shape[2].split()).decode("utf-8", "replace")
        yield shape[1].decode().lower(), value, at, shape.end()
        at = shape.end()


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip(), value.strip()


def _body_at(data: bytes) -> int:
    """Where the empty line is that ends the head. Raises NoLabelError where something else ends it."""
    end = 0
    for _, _, _, end in _fields(data):  # noqa: B007 -- where the last one ends
        pass
    if data[end : end + 1] not in {b"", b"\n"} and data[end : end + 2] != b"\r\n":
        raise NoLabelError(WhyNoLabel.BROKEN, "the head of the mail can't be read")
    return end
