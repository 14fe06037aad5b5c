"""Past decisions with the exact facts they were made on, read in bulk: a hundred thousand in a few seconds.

What the single lines vouch for is `verify`'s business; here they are only read, each into just what a replay needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import msgspec

from limen.clock import Instant
from limen.facts import App, Facts
from limen.facts.nouns import Auth, Device, Grant, Person, Place, Risk, Session
from limen.policy.decision import Request
from limen.storage.journal.reader import Reader
from limen.storage.journal.segment import Name

NOUNS_KEPT: Final = 20_000
"""How many people, how many devices and so on are shared between facts before all are forgotten; bounds memory."""
FACTS_KEPT: Final = 1_024
"""How many facts stay assembled, with what the engine derived from them. The others wait as they were written."""
_ROWS: Final = 4_096
_EVERY: Final = 2_048


class Recorded(msgspec.Struct, frozen=True, gc=False):
    """One event of the journal that tells of decisions: the first of `count` equal ones. `facts` None: not kept."""

    id: str
    count: int
    actor: str
    effect: str
    reasons: tuple[str, ...]
    watched: tuple[str, ...]
    revision: str
    app: str
    request: Request
    facts: Facts | None
    now: Instant


def recorded(
    reader: Reader, since: Instant, progress: Callable[[float], object] | None = None, *, with_facts: bool = True
) -> Iterator[Recorded]:
    """Every decision from `since` on, segment by segment. `progress` hears which part of all was read, 0 to 1.

    Without facts it is faster still. Segments that are sealed meanwhile are read in their sealed form.
    """
    chosen = _segments(reader, since)
    sizes = [path.stat().st_size if path.exists() else 0 for _, path in chosen]
    everything, done = sum(sizes) or 1, 0
    nouns = _Nouns()
    for (name, path), size in zip(chosen, sizes, strict=True):
        parts = _lines(path, name)
        begun = done

        def told(part: float, begun: int = begun, size: int = size) -> None:
            if progress is not None:
                progress(min(1.0, (begun + part * size) / everything))

        yield from _Segment(nouns, since, with_facts=with_facts).decisions(parts, told)
        done += size
        told(1.0)


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


class _Own(msgspec.Struct, frozen=True, gc=False):
    decision: _Decision | None = None


class _Written(msgspec.Struct, frozen=True, gc=False):
    """Facts whose nouns are not read yet."""

    app: msgspec.Raw
    person: msgspec.Raw
    auth: msgspec.Raw
    session: msgspec.Raw
    device: msgspec.Raw
    place: msgspec.Raw
    risk: msgspec.Raw
    grants: msgspec.Raw


class _Body(msgspec.Struct, frozen=True, gc=False):
    """An event, or facts under their digest, or neither."""

    facts: str = ""
    value: _Written | None = None
    count: int = 1
    metadata: _Named = _Named()
    actor: _Actor = _Actor()
    http_request: _Http = _Http()
    unmapped: _Own = _Own()


class _Line(msgspec.Struct, frozen=True, gc=False):
    b: _Body | None


class _Nouns:
    """Reads facts, each noun that was read before shared: most facts differ in one or two of theirs."""

    def __init__(self) -> None:
        self._app: Callable[[msgspec.Raw], App] = _sharing(App)
        self._person: Callable[[msgspec.Raw], Person] = _sharing(Person)
        self._auth = msgspec.json.Decoder(Auth).decode  # hardly ever the same twice, like the session
        self._session = msgspec.json.Decoder(Session | None).decode
        self._device: Callable[[msgspec.Raw], Device] = _sharing(Device)
        self._place: Callable[[msgspec.Raw], Place] = _sharing(Place)
        self._risk: Callable[[msgspec.Raw], Risk] = _sharing(Risk)
        self._grants: Callable[[msgspec.Raw], tuple[Grant, ...]] = _sharing(tuple[Grant, ...])

    def read(self, raw: _Written) -> Facts:
        """Raises msgspec.DecodeError for what is none."""
        return Facts(
            self._app(raw.app),
            self._person(raw.person),
            self._auth(raw.auth),
            self._session(raw.session),
            self._device(raw.device),
            self._place(raw.place),
            self._risk(raw.risk),
            self._grants(raw.grants),
        )


def _sharing(kind: Any) -> Callable[[msgspec.Raw], Any]:
    decode = msgspec.json.Decoder(kind).decode
    kept: dict[bytes, Any] = {}

    def read(raw: msgspec.Raw) -> Any:
        written = bytes(raw)
        try:
            return kept[written]
        except KeyError:
            if len(kept) >= NOUNS_KEPT:
                kept.clear()
            found = kept[written] = decode(written)
            return found

    return read


class _Segment:
    """The decisions of one segment; it holds every fact that they were made on."""

    def __init__(self, nouns: _Nouns, since: Instant, *, with_facts: bool) -> None:
        self._nouns = nouns
        self._since = since
        self._with_facts = with_facts
        self._written: dict[str, _Written] = {}
        self._assembled: dict[str, Facts] = {}
        self._requests: dict[tuple[str, str, str, str], Request] = {}

    def decisions(
        self, parts: Iterable[tuple[float, Iterable[bytes | str]]], told: Callable[[float], None]
    ) -> Iterator[Recorded]:
        decode = msgspec.json.Decoder(_Line).decode
        for part, raws in parts:
            for raw in raws:
                try:
                    body = decode(raw).b
                except msgspec.DecodeError:  # tampered with, or the end of a batch that is being written: verify tells
                    continue
                if body is None:  # erased
                    continue
                decision = body.unmapped.decision
                if decision is not None:
                    if decision.now >= self._since:
                        yield self._recorded(body, decision)
                elif body.value is not None and self._with_facts:
                    self._written[body.facts] = body.value
            told(part)

    def _recorded(self, body: _Body, decision: _Decision) -> Recorded:
        asked, url = body.http_request, body.http_request.url
        key = (decision.action, asked.http_method, url.path, url.hostname)
        request = self._requests.get(key)
        if request is None:
            request = self._requests[key] = Request(*key)
        return Recorded(
            body.metadata.uid,
            body.count,
            body.actor.user.uid,
            decision.effect,
            decision.reasons,
            decision.watched,
            decision.revision,
            decision.app,
            request,
            self._facts(decision.facts) if self._with_facts else None,
            decision.now,
        )

    def _facts(self, digest: str) -> Facts | None:
        facts = self._assembled.get(digest)
        if facts is None and digest in self._written:
            if len(self._assembled) >= FACTS_KEPT:
                self._forget()
            with suppress(msgspec.DecodeError):
                facts = self._assembled[digest] = self._nouns.read(self._written[digest])
        return facts

    def _forget(self) -> None:
        """What an engine derived from facts points back at them; parted, both go without the collector's help."""
        for facts in self._assembled.values():
            facts.memo.seen = None
        self._assembled.clear()


def _segments(reader: Reader, since: Instant) -> list[tuple[Name, Path]]:
    """The segments that may hold something from `since` on: one is over where the writer's next begins."""
    of_writer: dict[Path, list[tuple[Name, Path]]] = {}
    for name, path in reader.segments():
        of_writer.setdefault(path.parent, []).append((name, path))
    chosen = []
    for found in of_writer.values():
        ends = [name.begun_at for name, _ in found[1:]]
        chosen += [each for each, end in zip(found, [*ends, None], strict=True) if end is None or end >= since]
    return sorted(chosen, key=lambda each: each[0].begun_at)


def _lines(path: Path, name: Name) -> Iterator[tuple[float, list[bytes | str]]]:
    """The lines of a segment in portions, each with which part of the segment it ends at."""
    sealed = path.with_name(str(Name(name.ordinal, name.begun_at, is_sealed=True)))
    if not name.is_sealed:
        try:
            file = path.open("rb")
        except FileNotFoundError:  # sealed since the list was made
            yield from _sealed(sealed)
            return
        with file:
            size = path.stat().st_size if path.exists() else 0
            while portion := file.readlines(4 << 20):
                yield (file.tell() / size if size else 1.0), list(portion)
    else:
        yield from _sealed(sealed)


def _sealed(path: Path) -> Iterator[tuple[float, list[bytes | str]]]:
    import duckdb  # noqa: PLC0415 -- heavy, and only what is older than an hour needs it

    if not path.exists():  # past its keeping time since the list was made
        return
    with duckdb.connect(config={"memory_limit": "256MB", "threads": "1"}) as connection:
        chosen = "from read_parquet($path) where facts is not null or kind = 'decision'"
        connection.execute(f"select count(*) {chosen}", {"path": str(path)})
        counted = connection.fetchone()
        everything, done = (counted[0] if counted else 0) or 1, 0
        connection.execute(f"select line {chosen} order by n", {"path": str(path)})
        while rows := connection.fetchmany(_ROWS):
            done += len(rows)
            yield done / everything, [row[0] for row in rows]
