"""A journal of chosen hours, written by its own segments and sealed by its own sealer; and a plain count of it.

The plain count reads every event and its facts as the journal gives them back, one by one.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec
from tests.storage.journal.decisions import Decided

from limen.clock import HOUR
from limen.events import Event, EventIds
from limen.facts import LIMEN, Facts
from limen.facts.facts_json import facts_digest, facts_to_bytes
from limen.policy.decision import Effect, Named
from limen.roadmap.counted.counting import standing_of
from limen.roadmap.counted.sheet import Used
from limen.roadmap.devices.past_access import Standing
from limen.storage.journal.chain import ERASED, parse
from limen.storage.journal.checkpoint import Sealed, SealedSegment, read_sealed
from limen.storage.journal.erase_messages import ERASING, Order, ToErase
from limen.storage.journal.erase_process import erase
from limen.storage.journal.folding import Fold
from limen.storage.journal.reader import Reader, events_in
from limen.storage.journal.seal import seal
from limen.storage.journal.segment import Segment, sealed_lines
from limen.storage.segments.link import Link, Signer, start_of
from limen.storage.segments.name import Name
from limen.storage.segments.signed import SEALED_FILE, write_signed

KEYS: Final = (b"journal key of counted hours....",)
NOW: Final = 1_800_000_000_000 - 1_800_000_000_000 % (24 * HOUR)
"""The beginning of a day."""


class Chain:
    """One writer's segments, each of an hour of its own."""

    def __init__(self, root: Path, writer: str = "main") -> None:
        self.folder = root / writer
        self.folder.mkdir(parents=True, exist_ok=True)
        self._signer = Signer(writer, KEYS)
        self._link = start_of(writer)
        self._ids = EventIds(secrets.token_bytes)
        self._befores: dict[Path, Link] = {}
        self._ordinal = 0

    def hour(self, begins_at: int, decisions: Iterable[tuple[Decided, int]]) -> Path:
        """Decisions, each with how many times it was made."""
        self._ordinal += 1
        segment = Segment.begin(self.folder, self._ordinal, begins_at, self._link, self._signer)
        bodies: list[bytes] = []
        for one, count in decisions:
            digest = facts_digest(one.facts)
            if digest not in segment.facts_held:
                segment.facts_held.add(digest)
                bodies.append(b'{"facts":"%s","value":%s}' % (digest.encode(), facts_to_bytes(one.facts)))
            fold = Fold(self._ids.new(one.now), [], "gateway", one, one.facts.person.id, "192.0.2.7", [])
            fold.count, fold.micros = count, 40.0
            bodies.append(fold.line())
        segment.append(bodies or [b"{}"])
        segment.close()
        self._befores[segment.path], self._link = self._link, segment.link
        return segment.path

    def seal(self, path: Path) -> Path:
        """The same segment, sealed and listed."""
        name = Name.of(path)
        assert name is not None
        final = self.folder / str(Name(name.ordinal, name.begun_at, is_sealed=True))
        one = seal(path, final, self._befores[path])
        assert one is not None
        path.unlink()
        listed = read_sealed(self.folder / SEALED_FILE, self._signer.writer)
        self._list(Sealed(writer=self._signer.writer, segments=(*listed.segments, one)))
        return final

    def erase(self, person: str) -> None:
        """Erase a person from everything that is sealed, as the journal does."""
        listed = read_sealed(self.folder / SEALED_FILE, self._signer.writer)
        order = Order((person,), tuple(self._to_erase(one) for one in listed.segments))
        kept = []
        for one, done in zip(listed.segments, erase(order), strict=True):
            final = self.folder / one.file_name
            if done.erased:
                final.with_name(final.name + ERASING).replace(final)
            kept.append(msgspec.structs.replace(one, sha256=done.sha256 or one.sha256))
        self._list(Sealed(writer=self._signer.writer, segments=tuple(kept)))

    def _to_erase(self, one: SealedSegment) -> ToErase:
        final = self.folder / one.file_name
        return ToErase(one.ordinal, str(final), one.sha256, one.first_n - 1, one.before, one.head)

    def _list(self, sealed: Sealed) -> None:
        write_signed(self.folder / SEALED_FILE, sealed, self._signer)


class Plainly:
    """What all events come to, each read by itself."""

    def __init__(self, root: Path) -> None:
        reader = Reader(root)
        self.used: dict[tuple[str, Used], tuple[int, int]] = {}
        self.permits: Counter[tuple[str, int]] = Counter()
        self.unknown: Counter[tuple[str, tuple[str, ...]]] = Counter()
        self.opened: Counter[tuple[str, str, str, int, str]] = Counter()
        for event in events_of(reader):
            facts = reader.facts_of(event)
            assert facts is not None
            self._take(event, facts)

    def _take(self, event: Event, facts: Facts) -> None:
        said = event.decision
        assert said is not None
        key = event.actor, (said.app, said.action, said.effect, said.reasons, said.revision)
        count, newest = self.used.get(key, (0, 0))
        self.used[key] = count + event.count, max(newest, said.now)
        if facts.person.is_workload or not event.actor:
            return
        is_permit = said.effect == Effect.PERMIT
        if is_permit and said.reasons[:1] != (Named.PUBLIC_ROUTE.value,):
            label = max(facts.app.label, facts.document.label if facts.document else 0)
            standing: Standing = standing_of(facts.device, said.now)
            self.opened[event.actor, said.app, said.action, int(label), standing.name] += event.count
        if facts.auth.by_token or Named.BREAK_GLASS in said.reasons or (said.app, said.action) == (LIMEN, "sign_in"):
            return
        if is_permit:
            self.permits[said.app, facts.auth.strength] += event.count
        nouns = {"device": facts.device, "place": facts.place, "risk": facts.risk}
        self.unknown[said.app, tuple(name for name, noun in nouns.items() if not noun.known)] += event.count


def events_of(reader: Reader) -> Iterator[Event]:
    for name, path in reader.segments():
        raws = sealed_lines(path) if name.is_sealed else path.read_bytes().splitlines(keepends=True)
        lines = [raw for raw in raws if (line := parse(raw)) is not None and line.body != ERASED]
        yield from (event for event in events_in(lines) if event.decision is not None)
