"""Findings: listed, decided about, and what people say when something of theirs is stopped."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from limen.clock import DAY, Instant, Milliseconds
from limen.data.findings import store
from limen.data.findings.held import EXCEPTIONS, HeldExceptions
from limen.data.findings.model import (
    EXCEPTED_FOR,
    KINDS,
    WIDENED_FOR,
    DocumentException,
    Finding,
    State,
    Triage,
    finding_of,
    has_passed,
)
from limen.data.links import kept_links
from limen.events import Event
from limen.opaque import new_id
from limen.pillar import Core
from limen.printable import one_line
from limen.storage import Snapshot, Transaction
from limen.storage.journal.newest import newest
from limen.storage.journal.search import EventQuery

MOST_AT_ONCE: Final = 500
MOST_OF_A_PERSON: Final = 200
"""So many exceptions of one person count; a further one ends the one that would end first."""
MOST_DECIDED: Final = 20_000
"""Of so many findings that were decided about it is known that they are not open."""
LONGEST_REASON: Final = 500
KEPT: Final[Milliseconds] = 800 * DAY


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings; "" does not filter. `state` is one of State or "", `passed` "yes", "no" or "", `before` an id."""

    state: str = State.OPEN.value
    person: str = ""
    app: str = ""
    channel: str = ""
    passed: str = ""
    before: str = ""


class Findings:
    """Used on the event loop. What was found is read from the journal; what was made of it is in the database."""

    def __init__(self, core: Core, held: HeldExceptions) -> None:
        self._core, self._held = core, held

    # What the gateway asks (pillar.DataDialogue)

    def is_excepted(self, person: str, app: str, digest: bytes) -> bool:
        """Whether this document may pass for this person to or from this app."""
        return self._held.holds(person, app, digest, self._core.clock.now())

    async def not_sensitive(self, person: str, app: str, digests: Mapping[bytes, str]) -> bool:
        """Have these documents pass for this person, until the exceptions end, each under the event of its own stop: by
        that somebody decides about it, and about no other. False, and nothing passes, where somebody decided about one
        of them that it is sensitive.
        """
        now = self._core.clock.now()

        def work(transaction: Transaction) -> bool:
            if store.confirmed(transaction.connection, app, digests.keys()):
                return False
            own = store.exceptions(transaction.connection, now, person)
            there = {one.digest for one in own if one.app == app}
            new = {digest: event for digest, event in sorted(digests.items()) if digest not in there}
            surplus = len(own) + len(new) - MOST_OF_A_PERSON
            store.end_exceptions(transaction.connection, [one.id for one in own[: max(0, surplus)]], now)
            for digest, event in list(new.items())[:MOST_OF_A_PERSON]:
                made = DocumentException(new_id("dx"), digest, person, app, event, now + EXCEPTED_FOR)
                store.add_exception(transaction.connection, made)
            transaction.changed(EXCEPTIONS, person)
            for event, several in sorted(Counter(digests.values()).items()):
                details: dict[str, str | int | bool] = {"app": app, "documents": several, "event_id": event}
                transaction.say(Event(at=now, kind="data.excepted", actor=person, details=details))
            return True

        return await self._core.write(work)

    async def justified(self, event: str, person: str, why: str) -> None:
        """Keep why somebody let something pass, beside the event that tells of it."""
        text, now = one_line(why, LONGEST_REASON), self._core.clock.now()
        if event and text:
            await self._core.write(
                lambda transaction: store.keep_reason(transaction.connection, event, person, text, now)
            )

    # What pages show and do

    async def find(self, wanted: Wanted, most: int) -> tuple[list[Finding], str]:
        """Findings, the newest first, and before which the next page begins ("": there is none)."""

        def decided(snapshot: Snapshot) -> tuple[set[str], set[str]]:
            closed = store.decided(snapshot.connection, MOST_DECIDED)
            if wanted.state in {"", State.OPEN.value}:
                return closed, set()
            return closed, set(store.in_state(snapshot.connection, State(wanted.state), MOST_DECIDED))

        closed, chosen = await self._core.database.reading(decided)

        def holds(event: Event) -> bool:
            if wanted.state == State.OPEN.value and event.id in closed:
                return False
            if wanted.state not in {"", State.OPEN.value} and event.id not in chosen:
                return False
            details = event.details
            return (
                (not wanted.person or event.actor == wanted.person)
                and (not wanted.app or details.get("app") == wanted.app)
                and (not wanted.channel or details.get("channel") == wanted.channel)
                and (not wanted.passed or has_passed(event) == (wanted.passed == "yes"))
            )

        query = EventQuery(person=wanted.person, kinds=tuple(sorted(KINDS)), before=wanted.before, holds=holds)
        page = await asyncio.to_thread(newest, self._core.journal, query, most)
        ids = [event.id for event in page.events]
        triage, reasons, links = await self._core.database.reading(
            lambda snapshot: (
                store.triage_of(snapshot.connection, ids),
                store.reasons_of(snapshot.connection, ids),
                kept_links.of_events(snapshot.connection, ids),
            )
        )
        none = Triage()
        found = [
            finding_of(one, triage.get(one.id, none), reasons.get(one.id, ""), tuple(links.get(one.id, ())))
            for one in page.events
        ]
        return found, page.before

    async def kinds_found(self, events: Collection[str]) -> dict[str, str]:
        """What kinds of things these findings are of, by event, without what is no finding or not kept any more."""

        def work() -> dict[str, str]:
            found = {one: self._finding(one) for one in set(events)}
            return {one: str(event.details.get("kinds", "")) for one, event in found.items() if event is not None}

        return await asyncio.to_thread(work)

    async def decide(self, events: Collection[str], state: State, *, by: str) -> int:
        """What becomes of these findings; how many they were. What is not sensitive may pass for everybody, where
        somebody has said so of it before.
        """
        return await self._triage(events, by, state=state)

    async def assign(self, events: Collection[str], person_id: str, *, by: str) -> int:
        """Who looks after these findings from now on; "" for nobody."""
        return await self._triage(events, by, assigned_to=person_id)

    async def own_exceptions(self, person_id: str) -> list[DocumentException]:
        now = self._core.clock.now()
        return await self._core.database.reading(lambda snapshot: store.exceptions(snapshot.connection, now, person_id))

    async def end_exception(self, exception_id: str, *, by: str) -> bool:
        """End one of one's own; False where there is none."""
        now = self._core.clock.now()

        def work(transaction: Transaction) -> bool:
            own = store.exceptions(transaction.connection, now, by)
            if exception_id not in {one.id for one in own}:
                return False
            store.end_exceptions(transaction.connection, [exception_id], now)
            transaction.changed(EXCEPTIONS, by)
            transaction.say(Event(at=now, kind="data.exception_ended", actor=by))
            return True

        return await self._core.write(work)

    async def forget(self) -> None:
        """Drop what is long over."""
        before = self._core.clock.now() - KEPT
        await self._core.database.writing(lambda transaction: store.forget(transaction.connection, before))

    async def _triage(
        self, events: Collection[str], by: str, *, state: State | None = None, assigned_to: str | None = None
    ) -> int:
        now = self._core.clock.now()
        several = list(dict.fromkeys(events))[:MOST_AT_ONCE]
        several = await asyncio.to_thread(lambda: [one for one in several if self._finding(one) is not None])
        if not several:
            return 0

        def work(transaction: Transaction) -> None:
            before = store.triage_of(transaction.connection, several)
            for event in several:
                old = before.get(event, Triage())
                made = Triage(
                    old.state if state is None else state,
                    old.assigned_to if assigned_to is None else assigned_to,
                    by,
                    now,
                )
                store.keep_triage(transaction.connection, event, made)
            said = "" if state is None else state.value
            details: dict[str, str | int | bool] = {"state": said or "assigned", "findings": len(several)}
            transaction.say(Event(at=now, kind="data.triaged", actor=by, subject=assigned_to or "", details=details))
            if state is not None:
                self._excepted(transaction, several, state, by)

        await self._core.write(work)
        return len(several)

    def _excepted(self, transaction: Transaction, events: Collection[str], state: State, by: str) -> None:
        """Exceptions follow what was decided: they are widened to everybody where it is not sensitive, and end where it
        is; where it is open again, what was widened ends. A link may stand then, and its document passes for everybody,
        also where nobody has said so before; or its reason counts no more.
        """
        now = self._core.clock.now()
        several = [one for one in store.exceptions_of(transaction.connection, events) if one.until > now]
        if state is State.OPEN:
            several = [one for one in several if not one.person_id]
        elif state is State.CONFIRMED:
            kept_links.take_back(transaction.connection, events)
        else:
            linked = kept_links.let_stand(transaction.connection, events)
            several += _of_links(transaction, linked, several, now)
        if not several:
            return
        if state is State.NOT_SENSITIVE:
            for one in several:
                store.widen(transaction.connection, one.id, now + WIDENED_FOR)
        else:
            store.end_exceptions(transaction.connection, [one.id for one in several], now)
        for person in {"", *(one.person_id for one in several)}:
            transaction.changed(EXCEPTIONS, person)
        kind = "data.exception_widened" if state is State.NOT_SENSITIVE else "data.exception_ended"
        transaction.say(Event(at=now, kind=kind, actor=by, details={"documents": len(several)}))

    def _finding(self, event_id: str) -> Event | None:
        try:
            event = self._core.journal.find(event_id)
        except ValueError:
            return None
        return event if event is not None and event.kind in KINDS else None


def _of_links(
    transaction: Transaction, linked: Mapping[tuple[str, bytes], str], known: Iterable[DocumentException], now: Instant
) -> list[DocumentException]:
    """New exceptions, for everybody, of documents that links let out, by store and digest with their events."""
    new = linked.keys() - {(one.app, one.digest) for one in known}
    made = [
        DocumentException(new_id("dx"), digest, "", store_, linked[store_, digest], now + WIDENED_FOR)
        for store_, digest in sorted(new)
    ]
    for one in made:
        store.add_exception(transaction.connection, one)
    return made
