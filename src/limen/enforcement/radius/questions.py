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
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Final

from limen.clock import HOUR, MINUTE, Clock, Instant, Milliseconds
from limen.enforcement.decision_point import Answer
from limen.facts.addresses import normal
from limen.rate_limit import RateLimit

OPEN_FOR: Final[Milliseconds] = 2 * MINUTE
SILENT_FOR: Final[Milliseconds] = 15 * MINUTE
"""How long nobody is asked after a wrong number, or after somebody said that it was not them."""
AN_HOUR: Final = 6
"""How many questions one person gets in an hour."""
FAMILIAR_AN_HOUR: Final = 30
"""How many more where they come from an address at which the person is signed in: strangers use up none of those."""
MOST_STRANGERS: Final = 200
"""Questions of names that nobody has. Beyond it the oldest ends: they take nobody's place."""


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


@dataclass(slots=True, eq=False)
class Question:
    """One question. `state` names it to whoever asks; `is_theirs`: they chose the number themselves."""

    state: str
    number: str
    asker: Asker
    person_id: str
    app: str
    asked_at: Instant
    is_theirs: bool
    is_refused: bool = False
    is_doubled: bool = False
    answer: Answer | None = None
    is_tied: bool = False
    done: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def until(self) -> Instant:
        return self.asked_at + OPEN_FOR


class Questions:
    """Those that are open. A stranger's name gets a question as well, which nobody can answer: it tells nothing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._of: dict[str, Question] = {}
        self._often = RateLimit(per_second=AN_HOUR * 1_000 / HOUR, at_once=AN_HOUR)
        self._familiar = RateLimit(per_second=FAMILIAR_AN_HOUR * 1_000 / HOUR, at_once=FAMILIAR_AN_HOUR)
        self._of_strangers = RateLimit(per_second=AN_HOUR * 1_000 / HOUR, at_once=AN_HOUR)
        self._silent_until: dict[str, Instant] = {}

    def ask(
        self, asker: Asker, person_id: str, app: str, number: str = "", *, is_familiar: bool = False
    ) -> Question | None:
        """A new question; None where nobody is asked now. One that is open ends with whoever asks beside it.

        `is_familiar`: it comes from where this person is signed in.
        """
        key, now = person_id or f"?{asker.user}", self._clock.now()
        self._forget(now)
        before = self._of.get(key)
        if before is not None and not before.done.is_set():
            before.is_doubled = True
            before.done.set()
            return None
        self._of.pop(key, None)
        if now < self._silent_until.get(key, 0) or not self._may_ask(key, now, is_familiar=is_familiar):
            return None
        question = Question(
            state=secrets.token_urlsafe(24),
            number=number or str(10 + secrets.randbelow(90)),
            asker=asker,
            person_id=person_id,
            app=app,
            asked_at=now,
            is_theirs=bool(number),
        )
        self._of[key] = question
        return question

    def _may_ask(self, key: str, now: Instant, *, is_familiar: bool) -> bool:
        if not key.startswith("?"):
            return self._often.admits(key, now) or (is_familiar and self._familiar.admits(key, now))
        strangers = [name for name in self._of if name.startswith("?")]
        for name in strangers[: max(0, len(strangers) - MOST_STRANGERS + 1)]:
            self._of.pop(name).done.set()
        return self._of_strangers.admits(key, now)

    def of(self, person_id: str) -> Question | None:
        """The question that this person has to answer."""
        self._forget(self._clock.now())
        question = self._of.get(person_id) if person_id else None
        return question if question is not None and not question.done.is_set() else None

    def was_doubled(self, person_id: str) -> bool:
        """Whether two signed in with this person's name a moment ago, so that neither was let in."""
        self._forget(self._clock.now())
        question = self._of.get(person_id) if person_id else None
        return question is not None and question.is_doubled

    def with_state(self, state: str, asker: Asker) -> Question | None:
        """The question that was told under this name to this very asker."""
        self._forget(self._clock.now())
        named = [one for one in self._of.values() if compare_digest(one.state.encode(), state.encode())]
        return named[0] if named and named[0].asker == asker else None

    def is_number(self, question: Question, number: str) -> bool:
        return compare_digest(question.number.encode(), number.encode("utf-8", "replace"))

    def permit(self, question: Question, answer: Answer, *, is_tied: bool) -> None:
        question.answer, question.is_tied = answer, is_tied
        question.done.set()

    def refuse(self, question: Question) -> None:
        """Nobody is let in by it, and nobody is asked for a while."""
        question.is_refused = True
        question.done.set()
        self._silent_until[question.person_id] = self._clock.now() + SILENT_FOR

    def close(self, question: Question) -> None:
        """It was told what came of it: it is good no more."""
        question.done.set()
        if question.is_doubled:  # the portal says so until it would have been over
            return
        for key in [key for key, one in self._of.items() if one is question]:
            del self._of[key]

    def _forget(self, now: Instant) -> None:
        for key in [key for key, one in self._of.items() if one.until <= now]:
            self._of.pop(key).done.set()
        for key in [key for key, until in self._silent_until.items() if until <= now]:
            del self._silent_until[key]
