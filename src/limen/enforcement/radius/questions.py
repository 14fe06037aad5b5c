"""Number matching: who has to confirm in the portal that it is they who sign in to a VPN or to gear.

Whoever signs in there sees a number, or types one of their own; whoever confirms types the same. So nobody confirms
what somebody else began by pressing a button, and a question that was not expected can only be answered wrongly. It is
bound to who asks from where, answered once, and open for two minutes. It is told to who began it alone: a second
sign-in with the name while one is open may be anybody's, from the same place as well, so it ends both. Few come in an
hour; after a refusal none comes for a while.
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from hmac import compare_digest
from time import monotonic
from typing import Final

import msgspec

from limen.clock import HOUR, MINUTE, Instant, Milliseconds
from limen.facts.addresses import normal
from limen.storage.kept_briefly import KeptBriefly, Rows, Shelf
from limen.storage.kept_rate_limit import KeptRateLimit

OPEN_FOR: Final[Milliseconds] = 2 * MINUTE
SILENT_FOR: Final[Milliseconds] = 15 * MINUTE
"""How long nobody is asked after a wrong number, or after somebody said that it was not them."""
AN_HOUR: Final = 6
"""How many questions one person gets in an hour."""
FAMILIAR_AN_HOUR: Final = 30
"""How many more where they come from an address at which the person is signed in: strangers use up none of those."""
MOST_STRANGERS: Final = 200
"""Questions of names that nobody has. Beyond it the oldest ends: they take nobody's place."""
LOOKS_EVERY_SECONDS: Final = 0.25
"""How often whoever waits looks whether somebody answered at another worker."""
_STRANGER: Final = "?"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks from where: a user name, the client of RADIUS, its address, and the station that called it.

    `follows`: it is an OpenVPN server, which asks over https; `nas` is its name then, and `calling` an address.
    """

    user: str
    client: str
    nas: str
    calling: str
    follows: bool = False

    @property
    def place(self) -> str:
        """The address of whoever called, where the NAS tells it as one; else "". strongSwan adds a port in brackets."""
        return normal(self.calling.partition("[")[0])


class Outcome(StrEnum):
    """What came of a question: nothing yet, or how it ended."""

    OPEN = ""
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    DOUBLED = "doubled"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """By which sign-in somebody confirmed, and from which address. `is_here`: what connects is where they confirmed;
    `is_tied`: their browser was tied to its device.
    """

    session: str
    address: str
    is_here: bool
    is_tied: bool


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `state` names it to whoever asks; `is_theirs`: they chose the number themselves."""

    state: str
    number: str
    asker: Asker
    person_id: str
    app: str
    asked_at: Instant
    is_theirs: bool
    outcome: Outcome = Outcome.OPEN
    confirmed: Confirmed | None = None

    @property
    def until(self) -> Instant:
        return self.asked_at + OPEN_FOR

    @property
    def key(self) -> str:
        """Under which there is one at a time: whose name was given."""
        return self.person_id or f"{_STRANGER}{self.asker.user}"


class Questions:
    """Those that are open, at all workers together: whoever waits for the answer may be at another than who gives it.

    A stranger's name gets a question as well, which nobody can answer: it tells nothing.
    """

    def __init__(self, kept: KeptBriefly) -> None:
        self._kept = kept
        self._often = KeptRateLimit("radius", HOUR // AN_HOUR, AN_HOUR)
        self._of_strangers = KeptRateLimit("radius, strangers", HOUR // AN_HOUR, AN_HOUR)
        self._familiar = KeptRateLimit("radius, familiar", HOUR // FAMILIAR_AN_HOUR, FAMILIAR_AN_HOUR)
        self._answered: dict[str, asyncio.Event] = {}

    async def ask(
        self, asker: Asker, person_id: str, app: str, number: str = "", *, is_familiar: bool = False
    ) -> Question | None:
        """A new question; None where nobody is asked now. One that is open ends with whoever asks beside it.

        `is_familiar`: it comes from where this person is signed in.
        """

        def work(rows: Rows) -> Question | None:
            new = Question(
                state=secrets.token_urlsafe(24),
                number=number or str(10 + secrets.randbelow(90)),
                asker=asker,
                person_id=person_id,
                app=app,
                asked_at=rows.now,
                is_theirs=bool(number),
            )
            rows.hold(_shelf(new.key), new.key)
            before = _look(rows, new.key)
            if before is not None and not before.outcome:
                _change(rows, replace(before, outcome=Outcome.DOUBLED))
                return None
            rows.drop(_shelf(new.key), new.key)
            if rows.look(_SILENT, new.key) is not None or not self._may_ask(rows, new.key, is_familiar=is_familiar):
                return None
            rows.put(_shelf(new.key), new.key, msgspec.msgpack.encode(new), new.until)
            rows.put(_STATES, new.state, new.key.encode(), new.until)
            return new

        asked = await self._kept.do(work)
        if asked is None:
            self._wake(person_id or f"{_STRANGER}{asker.user}")
        return asked

    def _may_ask(self, rows: Rows, key: str, *, is_familiar: bool) -> bool:
        if key.startswith(_STRANGER):  # in a room of their own: they push out nobody's pace
            return self._of_strangers.admits(rows, key)
        return self._often.admits(rows, key) or (is_familiar and self._familiar.admits(rows, key))

    async def of(self, person_id: str) -> Question | None:
        """The question that this person has to answer."""
        question = await self._now(person_id)
        return question if question is not None and not question.outcome else None

    async def was_doubled(self, person_id: str) -> bool:
        """Whether two signed in with this person's name a moment ago, so that neither was let in."""
        question = await self._now(person_id)
        return question is not None and question.outcome is Outcome.DOUBLED

    async def with_state(self, state: str, asker: Asker) -> Question | None:
        """The question that was told under this name to this very asker."""

        def work(rows: Rows) -> Question | None:
            key = rows.look(_STATES, state)
            return None if key is None else _look(rows, key.data.decode())

        question = await self._kept.do(work) if state else None
        if question is None or not compare_digest(question.state.encode(), state.encode("utf-8", "replace")):
            return None
        return question if question.asker == asker else None

    def is_number(self, question: Question, number: str) -> bool:
        return compare_digest(question.number.encode(), number.encode("utf-8", "replace"))

    async def permit(self, question: Question, confirmed: Confirmed) -> bool:
        """Let in whoever waits for it; False where it has ended meanwhile."""
        return await self._end(question, replace(question, outcome=Outcome.CONFIRMED, confirmed=confirmed))

    async def refuse(self, question: Question) -> None:
        """Nobody is let in by it, and nobody is asked for a while."""
        await self._kept.do(lambda rows: rows.put(_SILENT, question.key, b"", rows.now + SILENT_FOR))
        await self._end(question, replace(question, outcome=Outcome.REFUSED))

    async def waited(self, question: Question, seconds: float) -> Question | None:
        """It as it is once something came of it, or after so many seconds; None where its time is over."""
        ends_at = monotonic() + seconds
        told = self._answered.setdefault(question.key, asyncio.Event())
        try:
            while (now := await self._as_it_is(question)) is not None and not now.outcome:
                left = min(LOOKS_EVERY_SECONDS, ends_at - monotonic())
                if left <= 0:
                    break
                with suppress(TimeoutError):
                    async with asyncio.timeout(left):
                        await told.wait()
                told.clear()
            return now
        finally:
            if self._answered.get(question.key) is told:
                del self._answered[question.key]

    async def close(self, question: Question) -> Question | None:
        """It was told what came of it: it is good no more. Of many who say so at once one gets it, as it was."""

        def work(rows: Rows) -> Question | None:
            rows.hold(_shelf(question.key), question.key)
            found = _look(rows, question.key)
            if found is None or found.state != question.state:
                return None
            if found.outcome is not Outcome.DOUBLED:  # the portal says so until it would have been over
                rows.drop(_shelf(question.key), question.key)
            return found

        return await self._kept.do(work)

    # Inside

    async def _now(self, key: str) -> Question | None:
        return await self._kept.do(lambda rows: _look(rows, key)) if key else None

    async def _as_it_is(self, question: Question) -> Question | None:
        now = await self._now(question.key)
        return now if now is not None and now.state == question.state else None

    async def _end(self, question: Question, ended: Question) -> bool:
        def work(rows: Rows) -> bool:
            rows.hold(_shelf(question.key), question.key)
            found = _look(rows, question.key)
            is_open = found is not None and found.state == question.state and not found.outcome
            return is_open and _change(rows, ended)

        is_ended = await self._kept.do(work)
        self._wake(question.key)
        return is_ended

    def _wake(self, key: str) -> None:
        """Whoever waits at this worker; others look by themselves."""
        if (told := self._answered.get(key)) is not None:
            told.set()


_QUESTIONS: Final = Shelf("radius: questions", 10_000)
_OF_STRANGERS: Final = Shelf("radius: questions of strangers", MOST_STRANGERS)
_STATES: Final = Shelf("radius: states", 20_000)
_SILENT: Final = Shelf("radius: silent", 10_000)


def _shelf(key: str) -> Shelf:
    return _OF_STRANGERS if key.startswith(_STRANGER) else _QUESTIONS


def _look(rows: Rows, key: str) -> Question | None:
    found = rows.look(_shelf(key), key)
    return None if found is None else msgspec.msgpack.decode(found.data, type=Question)


def _change(rows: Rows, question: Question) -> bool:
    return rows.change(_shelf(question.key), question.key, msgspec.msgpack.encode(question))
