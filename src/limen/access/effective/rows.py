"""What effective access comes to: a row for each person, app and set of actions that are answered alike."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from limen.access.effective.doors import Door
from limen.clock import Instant
from limen.facts import Facts, Label
from limen.policy import Request
from limen.policy.access_diff.diff import Difference
from limen.policy.cedar_view import Calendar


class Answer(StrEnum):
    """always: whoever signs in · if: under conditions · by_grant: once somebody approves a request · never."""

    ALWAYS = "always"
    IF = "if"
    BY_GRANT = "by_grant"
    NEVER = "never"

    @property
    def opens(self) -> bool:
        """Whether nobody has to be asked first."""
        return self in {Answer.ALWAYS, Answer.IF}


@dataclass(frozen=True, slots=True)
class Row:
    """One answer. `person` and `app` are ids ("" is anybody, without signing in), `label` is the app's.

    `whens` are the conditions in words, each alternative by itself. `policies` are the ids of all permits that open it,
    `groups` those of the person's groups that these permits name. `grant` is the id of the grant that they hold and
    that opens it, until `until` (0: no end is known). `why` is what stands in the way of `NEVER`. `last_used`: when one
    of these actions was last permitted (0: not as far as is known). `is_certain` is false where it could only not be
    ruled out. `openings` are the situations behind `whens`.
    """

    person: str
    app: str
    door: Door
    label: Label
    actions: tuple[str, ...]
    answer: Answer
    whens: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    grant: str = ""
    until: Instant = 0
    why: str = ""
    last_used: Instant = 0
    is_certain: bool = True
    openings: tuple[Difference, ...] = ()

    def covers(self, facts: Facts, request: Request, now: Instant, calendar: Calendar) -> bool:
        """Does it say that this request is permitted? A doubt says yes."""
        if (facts.person.id, facts.app.id) != (self.person, self.app) or request.action not in self.actions:
            return False
        if self.answer is Answer.NEVER:
            return False
        return not self.is_certain or any(one.covers(facts, request, now, calendar) for one in self.openings)
