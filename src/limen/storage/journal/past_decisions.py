"""Past decisions with the exact facts they were made on, read in bulk: a hundred thousand in a second or two.

Lines are not verified here (`verify` does that), only decoded into what a replay needs. What probes asked is left out.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import msgspec

from limen.clock import Instant
from limen.policy.decision import Request
from limen.storage.journal.reader import Reader
from limen.storage.segments.parquet import in_memory
from limen.synthetic import is_of_probe

NOUNS_KEPT: Final = 20_000
"""How many decoded nouns of one kind are shared before all are forgotten; bounds memory."""
_ROWS: Final = 256
_BYTES: Final = 1 << 18
"""Bytes read at once: little enough to stay in the processor's caches until it is replayed."""


class WrittenFacts(msgspec.Struct, frozen=True, gc=False):
    """Facts as the journal has them, but for `PastDecision.device_seen_at`. Each noun is still as it was written: most
    were met before (see `sharing`).
    """

    app: msgspec.Raw
    person: msgspec.Raw
    auth: msgspec.Raw
    session: msgspec.Raw
    device: msgspec.Raw
    place: msgspec.Raw
    risk: msgspec.Raw
    grants: msgspec.Raw
    more: msgspec.Raw = msgspec.Raw(b"{}")
    document: msgspec.Raw = msgspec.Raw(b"null")


class PastDecision(msgspec.Struct, frozen=True, gc=False):
    """One event of the journal that tells of decisions: the first of `count` equal ones. `facts` None: not kept.

    `device_seen_at`: when the device last reported, 0 where the facts themselves say it.
    """

    id: str
    count: int
    actor: str
    effect: str
    reasons: tuple[str, ...]
    watched: tuple[str, ...]
    revision: str
    app: str
    request: Request
    facts: WrittenFacts | None
    now: Instant
    device_seen_at: Instant = 0


def past_decisions(
    reader: Reader, since: Instant, progress: Callable[[float], object] | None = None, *, with_facts: bool = True
) -> Iterator[PastDecision]:
    """Every decision from `since` on, segment by segment. `progress` is called with the part that was read, 0 to 1.

    Without facts it is faster still. Segments that are sealed meanwhile are read in their sealed form.
    """
    chosen = reader.spans(since)
    sizes = [path.stat().st_size if path.exists() else 0 for _, path, _ in chosen]
    everything, done = sum(sizes) or 1, 0
    for (_, path, _), size in zip(chosen, sizes, strict=True):
        portions = _portions(path)
        begun = done

        def told(part: float, begun: int = begun, size: int = size) -> None:
            if progress is not None:
                progress(min(1.0, (begun + part * size) / everything))

        yield from _decisions(portions, since, told, with_facts=with_facts)
        done += size
        told(1.0)


def decisions_of(path: Path, since: Instant, *, with_facts: bool = False) -> Iterator[PastDecision]:
    """The decisions of one segment from `since` on."""
    return _decisions(_portions(path), since, lambda _part: None, with_facts=with_facts)


def sharing(kind: Any, make: Callable[[Any], Any]) -> Callable[[msgspec.Raw], Any]:
    """A function that decodes a noun of this kind and converts it with `make`, once for equal bytes.

    The function raises msgspec.DecodeError.
    """
    decode = msgspec.json.Decoder(kind).decode
    kept: dict[bytes, Any] = {}

    def read(raw: msgspec.Raw) -> Any:
        written = bytes(raw)
        try:
            return kept[written]
        except KeyError:
            pass
        if len(kept) >= NOUNS_KEPT:
            kept.clear()
        made = kept[written] = make(decode(written))
        return made

    return read


class _Named(msgspec.Struct, frozen=True, gc=False):
    uid: str = ""


class _Actor(msgspec.Struct, frozen=True, gc=False):
    user: _Named = _Named()


class _Url(msgspec.Struct, frozen=True, gc=False):
    hostname: str = ""
    path: str = ""


class _Http(msgspec.Struct, frozen=True, gc=False):
    http_method: str = ""
    url: _Url = _Url()


class _Decision(msgspec.Struct, frozen=True, gc=False):
    effect: str
    reasons: tuple[str, ...]
    revision: str
    facts: str
    now: Instant
    app: str
    action: str
    watched: tuple[str, ...] = ()
    device_seen_at: Instant = 0
    door: str = ""


class _Own(msgspec.Struct, frozen=True, gc=False):
    decision: _Decision | None = None


class _Body(msgspec.Struct, frozen=True, gc=False):
    """An event, or facts under their digest, or neither."""

    facts: str = ""
    value: WrittenFacts | None = None
    count: int = 1
    metadata: _Named = _Named()
    actor: _Actor = _Actor()
    http_request: _Http = _Http()
    unmapped: _Own = _Own()


class _Line(msgspec.Struct, frozen=True, gc=False):
    b: _Body | None


_decode_line = msgspec.json.Decoder(_Line).decode
_decode_lines = msgspec.json.Decoder(_Line).decode_lines


def _decisions(
    portions: Iterable[tuple[float, bytes | str]], since: Instant, told: Callable[[float], None], *, with_facts: bool
) -> Iterator[PastDecision]:
    """The decisions of one segment; it holds every fact that they were made on."""
    facts: dict[str, WrittenFacts] = {}
    requests: dict[tuple[str, str, str, str], Request] = {}
    for part, portion in portions:
        for line in _read(portion):
            body = line.b
            if body is None:  # erased
                continue
            decision = body.unmapped.decision
            if decision is None:
                if with_facts and body.value is not None:
                    facts[body.facts] = body.value
                continue
            if decision.now < since or is_of_probe(body.actor.user.uid, door=decision.door):
                continue
            asked, url = body.http_request, body.http_request.url
            key = (decision.action, asked.http_method, url.path, url.hostname)
            request = requests.get(key)
            if request is None:
                request = requests[key] = Request(*key)
            yield PastDecision(
                body.metadata.uid,
                body.count,
                body.actor.user.uid,
                decision.effect,
                decision.reasons,
                decision.watched,
                decision.revision,
                decision.app,
                request,
                facts.get(decision.facts),
                decision.now,
                decision.device_seen_at,
            )
        told(part)


def _read(portion: bytes | str) -> Iterable[_Line]:
    """The lines of a portion, decoded at once; one by one only if some line can't be decoded."""
    try:
        return _decode_lines(portion)
    except msgspec.DecodeError:
        return _read_singly(portion.encode() if isinstance(portion, str) else portion)


def _read_singly(portion: bytes) -> Iterator[_Line]:
    for raw in portion.split(b"\n"):
        try:
            line = _decode_line(raw)
        except msgspec.DecodeError:
            continue
        yield line


def _portions(path: Path) -> Iterator[tuple[float, bytes | str]]:
    """The lines of a segment in portions of whole ones, each with which part of the segment it ends at."""
    if path.suffix != ".parquet":
        with suppress(FileNotFoundError), path.open("rb") as file:  # else it was sealed since the list was made
            size = os.fstat(file.fileno()).st_size
            while portion := file.read(_BYTES):
                portion += file.readline()
                yield (file.tell() / size if size else 1.0), portion
            return
    yield from _sealed(path.with_suffix(".parquet"))


def _sealed(path: Path) -> Iterator[tuple[float, bytes | str]]:
    if not path.exists():  # past its keeping time since the list was made
        return
    # Rows come as they were sealed, which is by number; sorting them once more would take longer than all the rest.
    with in_memory("256MB") as connection:
        connection.execute("set preserve_insertion_order = true")
        chosen = "from read_parquet($path) where facts is not null or kind = 'decision'"
        connection.execute(f"select count(*) {chosen}", {"path": str(path)})
        counted = connection.fetchone()
        everything, done = (counted[0] if counted else 0) or 1, 0
        connection.execute(f"select line {chosen}", {"path": str(path)})
        while rows := connection.fetchmany(_ROWS):
            done += len(rows)
            yield done / everything, "\n".join([row[0] for row in rows])
