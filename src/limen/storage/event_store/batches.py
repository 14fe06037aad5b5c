"""Batches of events on disk, chained: 50,000 lines a second can't each have a link, a batch of them can.

A segment begins with a line that says which link it follows. Each batch is lines of JSON, closed by one line
`{"batch":{"n":…,"h":"…","m":"…"}}`:

- `n` the number of its last event, counted without gaps over all segments
- `h` SHA-256 of the link before, `n`, and the SHA-256 of everything since the line that closed the batch before
- `m` HMAC-SHA256 of writer, `n` and `h`, as on the journal's batches, under a key of the event store's own

A batch without its closing line was never acknowledged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import IO, Any, Final, NamedTuple

import msgspec

from limen.storage.segments.link import Link, Signer, in_base64, next_head
from limen.storage.segments.name import Name

WRITER: Final = "events"
MOST_LINES: Final = 20_000
MOST_BYTES: Final = 16 << 20
"""What one batch holds at most; more is written as several."""
LONGEST: Final = 1 << 20
"""Bytes of one line. What parses events keeps them well below."""
FORMAT: Final = 1
_OWN: Final = (b'{"batch":{', b'{"segment":{')
_BASE64: Final = rb"[A-Za-z0-9+/]{43}="
_CLOSING: Final = re.compile(
    rb'^\{"batch":\{"n":([1-9][0-9]{0,17}),"h":"(' + _BASE64 + rb')","m":"(' + _BASE64 + rb')"\}\}\n', re.MULTILINE
)
_PORTION: Final = 4 << 20


class Batch(NamedTuple):
    """A batch that follows from the one before: its events' lines, the link it leads to, where it lies in the file."""

    lines: list[bytes]
    link: Link
    mac: bytes
    begins_at: int
    ends_at: int

    @property
    def first_n(self) -> int:
        return self.link.n - len(self.lines) + 1


class Broken(NamedTuple):
    """After which event a chain doesn't hold, and how."""

    n: int
    what: str


def header(name: Name, after: Link) -> bytes:
    """The first line of a segment."""
    said: dict[str, Any] = {
        "segment": name.ordinal,
        "format": FORMAT,
        "at": name.begun_at,
        "after": {"n": after.n, "h": after.head.decode()},
    }
    return msgspec.json.encode({"segment": said}) + b"\n"


def portions(lines: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """The lines in as many batches as they need. Raises ValueError where one of them can't be a line."""
    begin = size = 0
    for at, line in enumerate(lines):
        if len(line) > LONGEST or b"\n" in line or not _has_uid(line):
            raise ValueError("an event that can't be a line of the event store")
        if at - begin >= MOST_LINES or size + len(line) > MOST_BYTES:
            yield lines[begin:at]
            begin, size = at, 0
        size += len(line)
    if begin < len(lines):
        yield lines[begin:]


class _Event(msgspec.Struct, gc=False):
    uid: str


_read_event = msgspec.json.Decoder(_Event).decode


def _has_uid(line: bytes) -> bool:
    """Whether this is JSON of an event: that it has an id shows too that it is no line of the store's own."""
    try:
        return _read_event(line.decode()).uid != ""
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def closed(lines: Sequence[bytes], head: bytes, after: Link, signer: Signer) -> tuple[bytes, Link]:
    """A whole batch of these lines, led by `head` (the segment's first line, or nothing); and the link it leads to."""
    content = head + b"\n".join(lines) + b"\n"
    link = _next(after, len(lines), content)
    return content + b'{"batch":{"n":%d,"h":"%s","m":"%s"}}\n' % (link.n, link.head, signer.sign(link)), link


def whole_batches(file: IO[bytes]) -> Iterator[Batch]:
    """The batches from where `file` stands, up to the last one that is closed; whether they follow is not looked at."""
    begins_at = at = file.tell()
    content: list[bytes] = []
    while raws := file.readlines(_PORTION):
        for raw in raws:
            if not raw.endswith(b"\n"):  # it is being written just now, or never was whole
                return
            at += len(raw)
            found = _CLOSING.fullmatch(raw) if raw.startswith(_OWN[0]) else None
            if found is not None:
                lines = content[1:] if content and content[0].startswith(_OWN[1]) else content
                yield Batch(lines, Link(int(found[1]), found[2]), found[3], begins_at, at)
                begins_at, content = at, []
            else:
                content.append(raw)
            if at - begins_at > 2 * MOST_BYTES:
                return


def follow(file: IO[bytes], after: Link, signer: Signer | None) -> Iterator[Batch | Broken]:
    """Check a whole segment, batch by batch, from `after` on. The first `Broken` is the last thing it yields.

    Without a signer the signatures are not looked at.
    """
    link, end = after, 0
    for batch in whole_batches(file):
        header = _header_of(file, batch) if batch.begins_at == 0 else b""
        if batch.begins_at == 0 and stated_start(header) != after:
            yield Broken(link.n, "does not follow from the segment before it")
            return
        if batch.link != _next(link, len(batch.lines), header + b"".join(batch.lines)):
            yield Broken(link.n, "does not follow from the batch before it")
            return
        if signer is not None and not signer.knows(batch.link, batch.mac):
            yield Broken(link.n, "is signed with a key that isn't the event store's")
            return
        link, end = batch.link, batch.ends_at
        yield batch
    if file.seek(0, 2) > end:
        yield Broken(link.n, "is not whole")


def last_batch(signer: Signer, data: bytes, begins_at: int) -> tuple[Link, int] | None:
    """The link of the last batch in `data` that holds from end to end, and the offset after it (see `cut_back`)."""
    ends = [(Link(int(found[1]), found[2]), found[3], found.span()) for found in _CLOSING.finditer(data)]
    for at in range(len(ends) - 1, -1, -1):
        link, mac, (closes_at, ends_at) = ends[at]
        if at > 0:
            (before, _, (_, begin)) = ends[at - 1]
            leads = 0
        elif begins_at == 0 and (stated := stated_start(data[: data.find(b"\n") + 1])) is not None:
            before, begin, leads = stated, 0, 1
        else:
            return None
        content = data[begin:closes_at]
        if signer.knows(link, mac) and link == _next(before, content.count(b"\n") - leads, content):
            return link, ends_at
    return None


def stated_start(first: bytes) -> Link | None:
    """The link that a segment says it follows; whether that is so, only the whole chain can tell."""
    try:
        after = msgspec.json.decode(first)["segment"]["after"]
        return Link(after["n"], after["h"].encode())
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError):
        return None


def _header_of(file: IO[bytes], batch: Batch) -> bytes:
    here = file.tell()
    file.seek(batch.begins_at)
    first = file.readline(_PORTION)
    file.seek(here)
    return first if first.startswith(_OWN[1]) else b""


def _next(before: Link, count: int, content: bytes) -> Link:
    n = before.n + count
    return Link(n, next_head(before.head, n, in_base64(sha256(content).digest())))
