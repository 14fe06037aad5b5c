"""What a run over all that a source has would do, without doing it: for whoever looks first, and for the stop."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from limen.clock import DAY, Instant
from limen.identity.model import ADMINISTRATORS
from limen.identity.sources import store
from limen.identity.sources.applying import Rules, may_adopt
from limen.identity.sources.deciding import Step, fit, given, held_still, is_first_day_unread, is_last_day_unread
from limen.identity.sources.everybody import Everybody
from limen.identity.sources.model import Did, Held, Source, SourcePerson, Waits
from limen.identity.sources.store import Record
from limen.storage.database import Snapshot


@dataclass(frozen=True, slots=True)
class Expected:
    """What would become of one person: `did`, what of them changes, and why something waits ("": nothing does).

    `is_settled`: it is so already, and nothing else was said before.
    """

    said: SourcePerson
    did: Did
    step: Step = field(default_factory=Step)
    waits: str = ""
    is_settled: bool = False


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a run would do. `is_too_much`: it would take access from more people than the source may in a day."""

    people: tuple[Expected, ...]
    is_too_much: bool

    @property
    def counts(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for one in self.people:
            found[one.did] = found.get(one.did, 0) + 1
        return found


def foresee(snapshot: Snapshot, source: Source, said: Iterable[SourcePerson], rules: Rules, now: Instant) -> Foreseen:
    """What a run would do now. `said` is all that the source has: whom it names no more is gone."""
    connection = snapshot.connection
    kept = {one.external_id: one for one in store.of_source(connection, source.id)}
    told = {one.external_id: one for one in said}
    records = [
        replace(kept[key], said=one, is_there=True) if key in kept else Record(source.id, key, one)
        for key, one in told.items()
    ]
    gone = [one for key, one in kept.items() if key not in told and one.is_open_when_gone]
    records += [replace(one, is_there=False) for one in gone]
    everybody = Everybody(snapshot, rules)
    found = [_settled(_expected(snapshot, everybody, source, one, rules), kept.get(one.external_id)) for one in records]
    found = _spared(found, records, everybody.administrators)
    fresh = {one.said.external_id for one, record in zip(found, records, strict=True) if _counts(one, record, now)}
    since = now - DAY + 1
    taken = store.taken_since(connection, source.id, since)
    most = source.most_lost(store.count_linked(connection, source.id, since))
    is_too_much = bool(fresh) and taken + len(fresh) > most
    is_stopped = bool(store.count_held(connection, source.id, Held.ASKED))
    held = {one.said.external_id for one in found if one.step.takes and is_too_much} | (fresh if is_stopped else set())
    shown = [replace(one, did=Did.HELD) if one.said.external_id in held else one for one in found]
    return Foreseen(tuple(shown), is_too_much)


def _spared(found: Sequence[Expected], records: Sequence[Record], administrators: frozenset[str]) -> list[Expected]:
    """The same, where whoever would be the last active administrator keeps that. `administrators` are all who are one
    now. Whether policies let these administer Limen is looked at when it is done.
    """
    left, shown = set(administrators), list[Expected]()
    for one, record in zip(found, records, strict=True):
        is_one_less = one.did is not Did.HELD and (one.step.ends or ADMINISTRATORS in one.step.leaves)
        if is_one_less and left == {record.person_id}:
            shown.append(replace(one, did=Did.WAITS, waits=Waits.LAST_ADMINISTRATOR))
            continue
        if is_one_less:
            left.discard(record.person_id)
        shown.append(one)
    return shown


def _counts(one: Expected, record: Record, now: Instant) -> bool:
    return bool(one.step.takes) and not held_still(record, one.step.takes) and record.taken_at <= now - DAY


def _settled(one: Expected, before: Record | None) -> Expected:
    is_same = before is not None and (before.said, before.is_there, before.waits) == (one.said, True, one.waits)
    is_open = before is None or before.is_due or bool(before.held)
    is_quiet = one.did in {Did.UNCHANGED, Did.NOTHING} or (one.did is Did.WAITS and not one.step.is_any)
    return replace(one, is_settled=is_same and not is_open and is_quiet)


def _expected(snapshot: Snapshot, everybody: Everybody, source: Source, record: Record, rules: Rules) -> Expected:
    step, here = everybody.step_of(record)
    if here is None:
        return _joining(snapshot, everybody, source, record, rules)
    if step.takes and held_still(record, step.takes):
        return Expected(record.said, Did.HELD, step)
    if step.ends:
        return Expected(record.said, Did.ENDED, step)
    if step.waits:
        return Expected(record.said, Did.WAITS, step, step.waits)
    changed = Did.CHANGED if step.is_any else Did.UNCHANGED
    return Expected(record.said, Did.RETURNED if step.returns else changed, step)


def _joining(snapshot: Snapshot, everybody: Everybody, source: Source, record: Record, rules: Rules) -> Expected:
    if not record.is_there or record.waits == Waits.IGNORED:
        return Expected(record.said, Did.NOTHING)
    _, email, waits = fit(record.said, source)
    if waits:
        return Expected(record.said, Did.WAITS, waits=waits)
    holder = everybody.with_address(email)
    if holder is None:
        if record.said.is_active and is_first_day_unread(record.said, source):
            return Expected(record.said, Did.WAITS, waits=Waits.FIRST_DAY_UNREAD)
        if record.said.is_active and is_last_day_unread(record.said, source):
            return Expected(record.said, Did.WAITS, waits=Waits.LAST_DAY_UNREAD)
        joins = given(source, record.said, rules.guarding.groups)
        return Expected(record.said, Did.ADDED if record.said.is_active else Did.NOTHING, Step(joins=joins))
    if not may_adopt(snapshot, source, holder, rules):
        return Expected(record.said, Did.WAITS, waits=Waits.ADDRESS_TAKEN)
    step, _ = everybody.step_of(replace(record, person_id=holder.id))
    return Expected(record.said, Did.ADOPTED, step, step.waits)


def named(people_: Sequence[Expected], did: Did) -> list[Expected]:
    """Those of whom this would become."""
    return [one for one in people_ if one.did is did]
