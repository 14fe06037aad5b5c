"""Which kind of document carries its label where, and the one way to read or write it in any of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from limen.data.labels import mail, odf, ooxml, pdf
from limen.data.labels.marks import Marks
from limen.data.labels.model import MOST_BYTES, Carried, DocumentLabel, NoLabelError, WhyNoLabel
from limen.data.labels.zip_members import START, ZipMembers

_COMPOUND: bytes = bytes.fromhex("d0cf11e0a1b11ae1")
"""Old Office files, and new ones with a password, are compound files ([MS-CFB])."""
_ENCRYPTED_STREAM: bytes = "EncryptedPackage".encode("utf-16-le")


class Carrier(Protocol):
    """A document whose label can be read and written: its kind is a module beside this one."""

    def read(self) -> Carried: ...

    def write(self, word: str, mark: str) -> bytes: ...


@dataclass(frozen=True, slots=True)
class _Office:
    members: ZipMembers

    def read(self) -> Carried:
        return ooxml.read(self.members)

    def write(self, word: str, mark: str) -> bytes:
        return ooxml.write(self.members, word, mark)


@dataclass(frozen=True, slots=True)
class _OpenDocument:
    members: ZipMembers

    def read(self) -> Carried:
        return odf.read(self.members)

    def write(self, word: str, mark: str) -> bytes:
        return odf.write(self.members, word, mark)


@dataclass(frozen=True, slots=True)
class _Pdf:
    data: bytes

    def read(self) -> Carried:
        return pdf.read(self.data)

    def write(self, word: str, mark: str) -> bytes:
        return pdf.write(self.data, word, mark)


@dataclass(frozen=True, slots=True)
class _Mail:
    data: bytes

    def read(self) -> Carried:
        return mail.read(self.data)

    def write(self, word: str, mark: str) -> bytes:
        return mail.write(self.data, word, mark)


def carrier_of(data: bytes) -> Carrier:
    """By its content, never by its name. Raises NoLabelError for what has no room for a label, or can't be read."""
    if len(data) > MOST_BYTES:
        raise NoLabelError(WhyNoLabel.TOO_LARGE, f"the document is larger than {MOST_BYTES >> 20} MB")
    if data.startswith(START):
        members = ZipMembers.of(data)
        if ooxml.is_one(members):
            return _Office(members)
        if odf.is_one(members):
            return _OpenDocument(members)
    elif pdf.is_one(data):
        return _Pdf(data)
    elif data.startswith(_COMPOUND) and _ENCRYPTED_STREAM in data:
        raise NoLabelError(WhyNoLabel.ENCRYPTED, "the document is encrypted")
    elif mail.is_one(data):
        return _Mail(data)
    raise NoLabelError(WhyNoLabel.NO_ROOM, "a file of this kind has no room for a label")


def read(data: bytes) -> Carried:
    """What a document says of its label. Raises NoLabelError."""
    return carrier_of(data).read()


def write(data: bytes, said: DocumentLabel, marks: Marks) -> bytes:
    """The document with this label, and with a mark where there is a key. Raises NoLabelError."""
    carrier, word = carrier_of(data), said.label.word
    draft = carrier.write(word, marks.blank(said))
    mark = marks.made(said, read(draft).content)
    return carrier.write(word, mark) if mark else draft
