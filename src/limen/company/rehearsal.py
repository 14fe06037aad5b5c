"""What a candidate would have answered to the real requests of the last days, on the facts of each."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import msgspec

from limen.clock import DAY, Instant, Milliseconds
from limen.company.company import Company
from limen.company.past_facts import PastFacts
from limen.policy import Engine, State
from limen.policy.decision import Effect, Named
from limen.storage.journal.past_decisions import PastDecision, WrittenFacts

WINDOW: Final[Milliseconds] = 30 * DAY
EXAMPLES: Final = 3
_SELDOM: Final = (50_000, 20, 100)

OWN: Final = frozenset(
    {
        Named.SESSION_ENDED,
        Named.SESSION_REVOKED,
        Named.SESSION_OF_ANOTHER_APP,
        Named.SESSION_UNKNOWN,
        Named.DUPLICATE_COOKIE,
        Named.LEASE_EXPIRED,
        Named.JOURNAL_UNWRITABLE,
        Named.DISK_FULL,
        Named.UNKNOWN_HOST,
        Named.PUBLIC_ROUTE,
        Named.CORS_PREFLIGHT,
        Named.CROSS_SITE,
    }
)
"""Reasons of Limen's own: no policy had a say, so no other policy would have had one."""


class Turn(StrEnum):
    """What becomes of a request, in the words that people use."""

    GAINS = "gains"  # is let in
    LOSES = "loses"  # was let in, and is refused
    ASKED = "is asked to confirm first"  # was let in, and is asked to prove more
    HELPED = "can now get in by confirming again"  # was refused, and is asked to prove more
    STUCK = "can no longer get in by confirming again"  # was asked to prove more, and is refused


@dataclass(frozen=True, slots=True)
class Turned:
    """Requests that one person made to one app for one action, and that would be answered otherwise.

    `person` is an opaque id ("" is nobody). `because` names the policies that speak in the candidate. `examples` are
    ids of decisions that `limen why` explains.
    """

    turn: Turn
    person: str
    app: str
    action: str
    count: int
    because: tuple[str, ...]
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a replay found. All numbers are of requests: equal ones that the journal folded count each.

    `left_out`: answered by Limen itself and not by a policy. `unknown`: their facts are not kept any more.
    `other_reasons`: answered alike, but by other policies. `not_replayed` says in words what a replay can't tell here.
    """

    since: Instant
    until: Instant
    replayed: int = 0
    distinct: int = 0
    left_out: int = 0
    unknown: int = 0
    other_reasons: int = 0
    turned: tuple[Turned, ...] = ()
    not_replayed: tuple[str, ...] = ()

    @property
    def differences(self) -> int:
        """How many requests would be answered otherwise."""
        return sum(one.count for one in self.turned)

    def of(self, turn: Turn) -> tuple[Turned, ...]:
        return tuple(one for one in self.turned if one.turn is turn)


def rehearse(
    before: Company, after: Company, decisions: Iterable[PastDecision], *, since: Instant = 0, until: Instant = 0
) -> Rehearsal:
    """Answer `decisions` by `after`, and compare with `before`.

    A decision that was made under `before` is compared with what was answered then; one that was made under an older
    revision with what `before` says to the same facts, so that only what the candidate changes is shown.
    """
    rehearsing = _Rehearsing(before, after)
    with _rarely_collected():
        for one in decisions:
            rehearsing.take(one)
    return rehearsing.result(since, until)


@contextmanager
def _rarely_collected() -> Iterator[None]:
    """Collect garbage as seldom as a server does: nothing here makes lasting cycles."""
    before = gc.get_threshold()
    if 0 < before[0] < _SELDOM[0]:
        gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@dataclass(slots=True)
class _Group:
    """What is counted of equal turns."""

    because: tuple[str, ...]
    count: int = 0
    examples: list[str] = field(default_factory=list)


class _Answering:
    """What one company answers to past requests."""

    def __init__(self, company: Company) -> None:
        self._engine = _engine(company)
        self._past = PastFacts(company)

    def answer(self, one: PastDecision, facts: WrittenFacts) -> tuple[str, tuple[str, ...]]:
        """The effect and the policies that spoke. Raises msgspec.DecodeError for what are no facts."""
        seen = self._past.seen(facts, one.device_seen_at)
        if seen is None:
            return Effect.DENY, (Named.UNKNOWN_HOST,)
        effect, reasons = self._engine.answer(one.request, seen, one.now)
        return effect, tuple([reason.policy for reason in reasons])


class _Rehearsing:
    def __init__(self, before: Company, after: Company) -> None:
        self._before = before
        self._revision = before.revision
        self._old: _Answering | None = None
        self._new = _Answering(after)
        self._not_replayed = tuple(_not_replayed(before, after))
        self._groups: dict[tuple[Turn, str, str, str], _Group] = {}
        self._replayed = self._distinct = self._left_out = self._unknown = self._other_reasons = 0

    def take(self, one: PastDecision) -> None:
        """The hot loop: tens of thousands of these a second."""
        count, reasons = one.count, one.reasons
        if not one.revision or (reasons and reasons[0] in OWN) or self._is_of_the_account(one):
            self._left_out += count
            return
        if one.facts is None:
            self._unknown += count
            return
        was, why = one.effect, reasons
        try:
            now, because = self._new.answer(one, one.facts)
            if one.revision != self._revision:
                was, why = self._in_force(one, one.facts)
        except msgspec.DecodeError:  # tampered with: `verify` tells
            self._unknown += count
            return
        self._replayed += count
        self._distinct += 1
        if now == was:
            if because != why and set(because) != set(why):
                self._other_reasons += count
            return
        key = (_turn(was, now), one.actor, one.app, one.request.action)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = _Group(because)
        group.count += count
        if len(group.examples) < EXAMPLES:
            group.examples.append(f"{one.id}-1")

    def _in_force(self, one: PastDecision, facts: WrittenFacts) -> tuple[str, tuple[str, ...]]:
        """What is answered today to a request that an older revision decided."""
        if self._old is None:
            self._old = _Answering(self._before)
        return self._old.answer(one, facts)

    def result(self, since: Instant, until: Instant) -> Rehearsal:
        turned = [
            Turned(turn, person, app, action, group.count, group.because, tuple(group.examples))
            for (turn, person, app, action), group in self._groups.items()
        ]
        order = list(Turn)
        turned.sort(key=lambda one: (order.index(one.turn), -one.count, one.app, one.action, one.person))
        return Rehearsal(
            since,
            until,
            self._replayed,
            self._distinct,
            self._left_out,
            self._unknown,
            self._other_reasons,
            tuple(turned),
            self._not_replayed,
        )

    @staticmethod
    def _is_of_the_account(one: PastDecision) -> bool:
        """A door refused a session because its person is not active; the facts then are nobody's."""
        return bool(one.reasons) and one.reasons[0] == Named.PERSON_INACTIVE and not one.actor


def _engine(company: Company) -> Engine:
    """The company's policies without those in state report-only, which change no answer."""
    tree = company.policies.tree
    bodies = {
        name: body
        for name, body in tree["staticPolicies"].items()
        if (body.get("annotations") or {}).get("state", State.ENFORCE) == State.ENFORCE
    }
    return Engine({**tree, "staticPolicies": bodies}, company.revision, company.settings.zone)


def _turn(was: str, now: str) -> Turn:
    if now == Effect.PERMIT:
        return Turn.GAINS
    if was == Effect.PERMIT:
        return Turn.ASKED if now == Effect.CHALLENGE else Turn.LOSES
    return Turn.HELPED if now == Effect.CHALLENGE else Turn.STUCK


def _not_replayed(before: Company, after: Company) -> Iterable[str]:
    old = {app.id: app for app in before.apps}
    for app in after.apps:
        if app.id in old and (app.rules, app.public) != (old[app.id].rules, old[app.id].public):
            yield (
                f"the mapping of requests to actions has changed for {app.name}; each request is replayed as "
                "the action it was"
            )
