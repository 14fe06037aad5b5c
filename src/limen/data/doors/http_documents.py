"""What one HTTP message holds, as documents: what its address says, and its body taken apart."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_plus, unquote_to_bytes, urlsplit

from limen.data.doors.icap_reading import HttpHead
from limen.data.doors.judging import Body, Content
from limen.data.doors.spool import LARGEST
from limen.http_bodies.codings import as_far_as_readable, codings_in, undone
from limen.http_bodies.forms import filename_in
from limen.http_bodies.splitting import Document, documents_in

ADDRESS: Final = "address"
LONGEST_NAME: Final = 255


@dataclass(frozen=True, slots=True)
class HttpBody:
    """A body with what its head says of it. `whole` is the body as it came, with its name where it is one document."""

    whole: Content
    content_type: bytes
    content_encoding: bytes

    @property
    def decoded(self) -> Content | None:
        """The body without its codings, as far as they can be undone; None where it has none."""
        codings = codings_in(self.content_encoding)
        return Content(_Decoded(self.whole, codings), self.whole.name) if codings else None

    def documents(self) -> AsyncIterator[Document]:
        """The documents in it, each to be read before the next. Raises UnreadableError, also while one is read."""
        plain = undone(self.whole.pieces(), codings_in(self.content_encoding), LARGEST)
        return documents_in(plain, self.content_type, self.whole.name)


@dataclass(frozen=True, slots=True)
class _Decoded:
    coded: Content
    codings: tuple[str, ...]

    def pieces(self) -> AsyncIterator[bytes]:
        return as_far_as_readable(self.coded.pieces(), self.codings)


def body_of(head: HttpHead, name: str, body: Body) -> HttpBody:
    """The body of a message with this head. Fields that come twice are read as one, which mostly is no known kind."""
    fields = head.fields
    return HttpBody(Content(body, name), fields.get(b"content-type", b""), fields.get(b"content-encoding", b""))


def asked_by(target: str) -> tuple[Content, ...]:
    """What an address says behind its host, as text: the parts of its path and what stands behind the `?` are sent as a
    body is.
    """
    path, _, query = target.partition("#")[0].partition("?")
    parts = path.partition("://")[2].partition("/")[2] if "://" in path else path
    said = [*parts.split("/"), *query.replace("+", " ").split("&")]
    text = b"\n".join(unquote_to_bytes(one) for one in said if one)
    return (Content(text, ADDRESS),) if text else ()


def file_name(head: HttpHead, target: str) -> str:
    """What a body is called by its head, else by its address; "" where neither says."""
    said = filename_in(head.fields.get(b"content-disposition", b"")) or unquote_plus(_path(target))
    plain = said.encode("utf-8", "replace").decode().replace("\\", "/")
    return plain.rpartition("/")[2][:LONGEST_NAME]


def _path(target: str) -> str:
    try:
        return urlsplit(target).path
    except ValueError:
        return ""
