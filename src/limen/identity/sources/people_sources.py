"""Sources of people at work: a run over all that one has, a single word of it, and what administrators answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from sqlalchemy import Connection

from limen.facts import Person
from limen.identity.days import today
from limen.identity.errors import (
    LastAdministratorError,
    NobodyCouldAdministerError,
    UnfitError,
    UnknownError,
)
from limen.identity.events import Details, record as tell
from limen.identity.invitation import Invitations
from limen.identity.membership import Membership
from limen.identity.model import ADMINISTRATORS
from limen.identity.names import email_to_look_up
from limen.identity.notifications import Notifications, Occasion
from limen.identity.ports import Ports
from limen.identity.sources import store
from limen.identity.sources.applying import Applying, RoleTakenError, Rules, WithRoles
from limen.identity.sources.foreseeing import Foreseen, foresee
from limen.identity.sources.model import MOST_PEOPLE, Did, Held, PeopleSources, Source, SourcePerson, Waits
from limen.identity.sources.owning import Ownership, ownership
from limen.identity.sources.store import Record, Run
from limen.identity.store import people
from limen.opaque import hash_of, new_id
from limen.policy.roles import Guarding
from limen.storage.database import Snapshot, Transaction

S = TypeVar("S")
T = TypeVar("T")
BATCH: Final = 250
"""How many people change in one transaction, so that nobody else waits for long to write."""


@dataclass(frozen=True, slots=True)
class SourceNow:
    """A source as it stands: how many records it has (`all`, `linked`, `waits`, `held`), and its runs, newest first."""

    source: Source
    counts: Mapping[str, int]
    runs: Sequence[Run] = field(default_factory=tuple)

    @property
    def linked(self) -> int:
        """How many people are linked to it."""
        return self.counts.get("linked", 0)

    @property
    def is_stopped(self) -> bool:
        return self.counts.get("held", 0) > 0


@dataclass(frozen=True, slots=True)
class Open:
    """A record about which an administrator has something to say. `person` is who it is about, or has its address."""

    record: Record
    person: Person | None


class SourcesOfPeople:
    """All sources. `guarding` gives who is guarded under the policies in force."""

    def __init__(self, ports: Ports, invitations: Invitations, guarding: Callable[[], Guarding]) -> None:
        self._ports = ports
        self._invitations = invitations
        self._guarding = guarding
        self._guarded = Guarding((), None)
        self._notifications = Notifications(ports)

    @property
    def declared(self) -> tuple[Source, ...]:
        """In the order of `people.yaml`."""
        file = self._ports.known.rules_of(PeopleSources)
        return file.sources if file is not None else ()

    def source(self, source_id: str) -> Source:
        """Raises UnknownError."""
        for one in self.declared:
            if one.id == source_id:
                return one
        raise UnknownError("source of people")

    @property
    def rules(self) -> Rules:
        """By what is decided now."""
        now = self._guarding()
        if now.policies is not self._guarded.policies or now.limen is not self._guarded.limen:
            self._guarded = now
        return Rules(PeopleSources(self.declared), self._guarded)

    def ownership(self, connection: Connection, person_id: str) -> Ownership:
        """What of somebody the sources own."""
        rules = self.rules
        return ownership(store.of_person(connection, person_id), rules.sources, rules.guarding.groups)

    def ownerships(self, snapshot: Snapshot) -> dict[str, Ownership]:
        """The same of everybody whom sources name, by id."""
        rules, linked = self.rules, store.linked(snapshot.connection)
        return {one: ownership(said, rules.sources, rules.guarding.groups) for one, said in linked.items()}

    def applying(
        self,
        transaction: Transaction,
        source: Source,
        *,
        by: str = "",
        with_roles: WithRoles = WithRoles.RAISE,
        holds: bool = False,
    ) -> Applying:
        """The word of a source in a transaction; see `written` for how that is committed."""
        return Applying(
            transaction=transaction,
            now=self._ports.now(),
            source=source,
            rules=self.rules,
            invite=self._invite,
            readdressed=self._tell_readdressed,
            locked_out=self._ports.locked_out,
            today=today(self._ports.settings, self._ports.now()),
            by=by,
            with_roles=with_roles,
            holds=holds,
        )

    async def written(self, work: Callable[[Transaction, WithRoles], T]) -> T:
        """Commit what takes access from nobody with a role, or from some and somebody can still administer Limen.

        Otherwise those without whom nobody could keep it, and wait. `work` may be called several times, each time in a
        new transaction. Returns when every worker knows.
        """
        try:
            return await self._ports.write_together(lambda transaction: work(transaction, WithRoles.RAISE))
        except RoleTakenError:
            pass
        try:
            return await self._ports.take(lambda transaction: work(transaction, WithRoles.TAKE))
        except (LastAdministratorError, NobodyCouldAdministerError):
            return await self._ports.write(lambda transaction: work(transaction, WithRoles.SPARE))

    # What sources say

    async def run(
        self, source_id: str, said: Sequence[SourcePerson], *, by: str = "", doubts_gone: bool = False
    ) -> Run:
        """Apply all that a source has. Whom it named before and names no more is gone. `doubts_gone`: they may only be
        hidden, so nothing is taken from them before an administrator answers.

        Said again it changes nothing. Raises UnknownError; UnfitError, before anything is done, for what is too large
        or names one ID twice.
        """
        source = self.source(source_id)
        _refuse_unfit(said)
        began = self._ports.now()
        rules = self.rules
        foreseen = await self._ports.read(lambda s: foresee(s, source, said, rules, began))
        settled = {one.said.external_id: one.did for one in foreseen.people if one.is_settled}
        holds = foreseen.is_too_much
        gone = await self._ports.read(lambda s: _gone(s, source, said))
        counts: dict[str, int] = dict(Counter(settled.values()))
        others = [one for one in said if one.external_id not in settled]
        _add(counts, await self._each(source, others, Applying.say, by, holds))
        _add(counts, await self._each(source, gone, Applying.gone, by, holds or doubts_gone))
        run = Run(new_id("run"), source.id, began, self._ports.now(), counts)
        await self._ports.write(lambda transaction: self._ran(transaction, run, by))
        return run

    async def say(self, source_id: str, said: Sequence[SourcePerson], *, by: str = "") -> dict[str, int]:
        """Apply what a source says of some of its people; what became of it, by `Did`. What was said of somebody before
        and applied is not looked at again. Raises UnknownError, UnfitError.
        """
        source = self.source(source_id)
        _refuse_unfit(said)
        applied = await self._ports.read(lambda s: store.applied(s.connection, source.id)) if said else {}
        others = [one for one in said if applied.get(one.external_id) != one]
        counts = await self._each(source, others, Applying.say, by, holds=False)
        if counts.keys() - {Did.UNCHANGED, Did.NOTHING}:
            await self._ports.write(lambda transaction: self.count_today(transaction, source, counts))
        return counts

    async def foresee(self, source_id: str, said: Sequence[SourcePerson]) -> Foreseen:
        """What `run` would do now. Raises UnknownError, UnfitError."""
        source, rules, now = self.source(source_id), self.rules, self._ports.now()
        _refuse_unfit(said)
        return await self._ports.read(lambda snapshot: foresee(snapshot, source, said, rules, now))

    async def settle_due(self, source_id: str) -> dict[str, int]:
        """Apply what a source said and was not applied yet; what became of it, by `Did`."""
        source, counts = self.source(source_id), dict[str, int]()
        while part := await self._ports.read(lambda s: store.due(s.connection, source.id, BATCH)):
            _add(counts, await self._batch(source, lambda one, part=part: _settle(one, part), "", holds=False))  # type: ignore[misc]
        if counts:
            await self._ports.write(lambda transaction: self.count_today(transaction, source, counts))
        return counts

    async def settle_every_due(self) -> None:
        """What was left when a process ended in the middle of it. Called again and again, by any number of workers."""
        for one in self.declared:
            await self.settle_due(one.id)
            await self._end_spared(one)

    async def _end_spared(self, source: Source) -> None:
        """Whoever was spared as the last administrator is looked at again once somebody else is one."""
        spared = await self._ports.read(lambda snapshot: _spared(snapshot, source))
        counts = await self._each(source, spared, _again, "", holds=False)
        if counts.keys() - {Did.UNCHANGED, Did.NOTHING, Did.WAITS}:
            await self._ports.write(lambda transaction: self.count_today(transaction, source, counts))

    async def failed(self, source_id: str, why: str) -> None:
        """A run came to nothing: the source could not be read."""
        source, now = self.source(source_id), self._ports.now()
        run = Run(new_id("run"), source.id, now, now, {}, why)

        def work(transaction: Transaction) -> None:
            store.save_run(transaction.connection, run)
            tell(transaction, now, "people_source.failed", {"source": source.id}, why=why[:200])

        await self._ports.write(work)

    def count_today(self, transaction: Transaction, source: Source, counts: Mapping[str, int]) -> None:
        """Add to the day's run of a source that says one thing at a time."""
        now, connection = self._ports.now(), transaction.connection
        run_id = f"{source.id}:{today(self._ports.settings, now)}"
        before = store.run_of(connection, run_id) or Run(run_id, source.id, now, now, {})
        total = dict(before.counts)
        _add(total, counts)
        store.save_run(connection, replace(before, ended_at=now, counts=total))

    async def _each(
        self,
        source: Source,
        things: Sequence[S],
        work: Callable[[Applying, S], object],
        by: str,
        holds: bool,  # noqa: FBT001 -- private
    ) -> dict[str, int]:
        """Do the same with each, in batches."""
        counts: dict[str, int] = {}
        for start in range(0, len(things), BATCH):
            part = things[start : start + BATCH]

            def batch(applying: Applying, part: Sequence[S] = part) -> None:
                for one in part:
                    work(applying, one)

            _add(counts, await self._batch(source, batch, by, holds))
        return counts

    async def _batch(
        self,
        source: Source,
        work: Callable[[Applying], object],
        by: str,
        holds: bool,  # noqa: FBT001 -- private
    ) -> dict[str, int]:
        def apply(transaction: Transaction, with_roles: WithRoles) -> dict[str, int]:
            applying = self.applying(transaction, source, by=by, with_roles=with_roles, holds=holds)
            work(applying)
            return applying.counts

        return await self.written(apply)

    def _ran(self, transaction: Transaction, run: Run, by: str) -> None:
        store.save_run(transaction.connection, run)
        tell(transaction, run.ended_at, "people_source.ran", {"source": run.source, **run.changes}, by=by)

    # What administrators answer

    async def go_on(self, source_id: str, *, by: str, seen: str | None = None) -> int:
        """Take from everybody what the source would have taken before it stopped; how many. `seen` is the `digest_of`
        what was shown to whoever answers. Raises UnknownError; UnfitError where that is other by now.
        """
        source = self.source(source_id)
        number = await self._ports.write(lambda transaction: self._answer(transaction, source, "go-on", by, seen))
        await self.settle_due(source.id)
        return number

    async def keep(self, source_id: str, *, by: str, seen: str | None = None) -> int:
        """Whoever is held keeps access until the source says otherwise of them; how many. Raises as `go_on`."""
        source = self.source(source_id)
        return await self._ports.write(lambda transaction: self._answer(transaction, source, "keep", by, seen))

    def _answer(self, transaction: Transaction, source: Source, answer: str, by: str, seen: str | None) -> int:
        """Who is taken from counts as taken already, so that nobody is asked about them again."""
        now = self._ports.now()
        asked = [one for one in store.waiting(transaction.connection, source.id) if one.held == Held.ASKED]
        if seen is not None and seen != digest_of(asked):
            raise _overtaken()
        for one in asked:
            is_kept = answer == "keep"
            taken = replace(one, held="", takes=frozenset(), taken_at=now, is_due=True)
            new = replace(one, held=Held.KEPT) if is_kept else taken
            store.save(transaction.connection, new)
        details: Details = {"source": source.id, "answer": answer, "people": len(asked)}
        tell(transaction, now, "people_source.answered", details, by=by)
        return len(asked)

    async def link(self, source_id: str, external_id: str, *, by: str, person_id: str | None = None) -> Did:
        """A record that waits is about the person here who has its address. `person_id` is who that was for whoever
        answers. Raises UnknownError; UnfitError, also where the source says the address of somebody else by now.
        """
        source = self.source(source_id)

        def work(transaction: Transaction, with_roles: WithRoles) -> Did:
            record = _record(transaction, source, external_id)
            holder = people.by_email(transaction.connection, _address(record))
            if record.person_id or holder is None:
                raise UnfitError("record", "Nobody here has this address", "let the source say it again")
            if person_id is not None and holder.id != person_id:
                raise _overtaken()
            applying = self.applying(transaction, source, by=by, with_roles=with_roles)
            return applying.link(record, holder.id)

        return await self.written(work)

    async def ignore(self, source_id: str, external_id: str, *, by: str) -> None:
        """A record that waits stays out, whatever the source says. Raises UnknownError, UnfitError."""
        source = self.source(source_id)

        def work(transaction: Transaction) -> None:
            record = _record(transaction, source, external_id)
            if record.person_id:
                raise UnfitError("record", "This record is linked to someone here", "deactivate them instead")
            store.save(transaction.connection, replace(record, waits=Waits.IGNORED))
            tell(transaction, self._ports.now(), "people_source.ignored", {"source": source.id}, by=by)

        await self._ports.write(work)

    # What there is

    async def overview(self) -> list[SourceNow]:
        """Every declared source, as it stands."""
        declared = self.declared

        def read(snapshot: Snapshot) -> list[SourceNow]:
            counts = store.counts_of(snapshot.connection)
            return [
                SourceNow(one, counts.get(one.id, {}), store.runs_of(snapshot.connection, one.id)) for one in declared
            ]

        return await self._ports.read(read)

    async def open_records(self, source_id: str) -> list[Open]:
        """Of whom an administrator has something to say, or has said it, the oldest first. Raises UnknownError."""
        source = self.source(source_id)
        return await self._ports.read(lambda snapshot: open_records(snapshot, source))

    # What applying needs

    def _invite(self, members: Membership, person: Person, language: str) -> object:
        transaction, by = members.transaction, members.by
        return self._invitations.issue(transaction, person, by=by, now=members.now, by_mail=True, language=language)

    def _tell_readdressed(self, transaction: Transaction, before: Person, email: str) -> None:
        for each in (before, replace(before, email=email)):
            self._notifications.tell(transaction, each, Occasion.ADDRESS_CHANGED, self._ports.now())


def open_records(snapshot: Snapshot, source: Source) -> list[Open]:
    """See `SourcesOfPeople.open_records`."""
    connection = snapshot.connection
    return [
        Open(
            one,
            people.by_id(connection, one.person_id) if one.person_id else people.by_email(connection, _address(one)),
        )
        for one in store.waiting(connection, source.id)
    ]


def digest_of(held: Iterable[Record]) -> str:
    """A name for exactly what would be taken from these, so that what is answered is what was shown."""
    parts = sorted(f"{one.external_id}\n{' '.join(sorted(one.takes))}" for one in held)
    return hash_of("\n".join(parts)).hex()


def _overtaken() -> UnfitError:
    return UnfitError("source", "The source said something else in the meantime", "look at it again, then answer")


def _address(record: Record) -> str:
    return email_to_look_up(record.said.email)


def _record(transaction: Transaction, source: Source, external_id: str) -> Record:
    record = store.record_of(transaction.connection, source.id, external_id)
    if record is None or not record.waits:
        raise UnknownError("record")
    return record


def _settle(applying: Applying, external_ids: Iterable[str]) -> None:
    for one in external_ids:
        record = store.record_of(applying.transaction.connection, applying.source.id, one)
        if record is not None and record.is_due:
            applying.settle(record)


def _spared(snapshot: Snapshot, source: Source) -> list[str]:
    """External IDs of those who wait as the last administrator, while others are active as one."""
    spared = store.spared(snapshot.connection, source.id)
    active = people.active_in(snapshot.connection, ADMINISTRATORS) if spared else frozenset()
    return [external_id for external_id, person_id in spared.items() if active - {person_id}]


def _again(applying: Applying, external_id: str) -> None:
    record = store.record_of(applying.transaction.connection, applying.source.id, external_id)
    if record is not None and record.waits == Waits.LAST_ADMINISTRATOR:
        applying.settle(record)


def _gone(snapshot: Snapshot, source: Source, said: Iterable[SourcePerson]) -> list[str]:
    named = {one.external_id for one in said}
    there = store.of_source(snapshot.connection, source.id)
    return [one.external_id for one in there if one.external_id not in named and one.is_open_when_gone]


def _refuse_unfit(said: Sequence[SourcePerson]) -> None:
    if len(said) > MOST_PEOPLE:
        raise UnfitError("source", "A source can have at most 50,000 people", "name fewer at the source")
    seen: set[str] = set()
    for one in said:
        one.refuse_oversize()
        if one.external_id in seen:
            what = "The source names the same ID twice"
            raise UnfitError("source", what, "let it give each person an ID of their own")
        seen.add(one.external_id)


def _add(total: dict[str, int], more: Mapping[str, int]) -> None:
    for name, number in more.items():
        total[name] = total.get(name, 0) + number
