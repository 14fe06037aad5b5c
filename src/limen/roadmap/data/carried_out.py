"""Whether what reviews decided followed within a day.

Most of it follows in the same moment, and stands in the row itself. What was drafted as a change of the policies has to
be in force a day later: the rules that were in force then are asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from limen.access.reviews.model import Effect, Held, ReviewRow, Verdict, Way
from limen.access.reviews.reach import Reach
from limen.access.reviews.rows import held_now
from limen.clock import DAY, Instant, Milliseconds
from limen.company import store as revisions
from limen.company.company import Company
from limen.company.publish import earlier
from limen.errors import LimenError
from limen.facts import Person
from limen.roadmap.data.evidence import HeldWay
from limen.roadmap.events import events_since
from limen.roadmap.sources import Sources

WITHIN: Final[Milliseconds] = DAY
_Rules = tuple[Reach, Company] | None


def not_carried_out(
    sources: Sources, decided: Iterable[ReviewRow], ways: Iterable[HeldWay], people: Mapping[str, Person]
) -> dict[str, str] | None:
    """What is wrong with a decision, by the id of its row. None where the journal could not be read to its end."""
    rows = list(decided)
    drafted = [one.decided_at for one in rows if one.effect is Effect.PROPOSED]
    left = _left(sources, min(drafted)) if drafted else {}
    if left is None:
        return None
    held_today = {(one.person, one.app, one.held.way, one.held.by): one.held for one in ways}
    return dict(_Following(sources, held_today, people, left).of(rows))


def _left(sources: Sources, since: Instant) -> dict[tuple[str, str], list[Instant]] | None:
    """When each person was taken out of each group."""
    events = events_since(sources.reader, ("person.changed",), since)
    if events is None:
        return None
    found: dict[tuple[str, str], list[Instant]] = {}
    for event in events:
        for group in str(event.details.get("left", "")).split(", "):
            found.setdefault((event.subject, group), []).append(event.at)
    return found


@dataclass(frozen=True, slots=True)
class _Following:
    """`held` is what is held today, by person, app, way and what gives it."""

    sources: Sources
    held: Mapping[tuple[str, str, Way, str], Held]
    people: Mapping[str, Person]
    left: Mapping[tuple[str, str], Sequence[Instant]]
    _rules: dict[str, _Rules] = field(default_factory=dict)

    def of(self, rows: Iterable[ReviewRow]) -> Iterator[tuple[str, str]]:
        for row in rows:
            is_due = row.decided_at + WITHIN <= self.sources.now
            why = self._of_draft(row) if row.effect is Effect.PROPOSED and is_due else ""
            if row.effect is Effect.BLOCKED:
                why = "it would have left nobody who could administer Limen"
            if why:
                yield row.id, why

    def _of_draft(self, row: ReviewRow) -> str:
        person, due = self.people.get(row.person_id), row.decided_at + WITHIN
        if _is_more(row, self.held.get((row.person_id, row.app, row.way, row.by))):
            return "it was drafted, and is not in force yet"
        if any(row.decided_at <= at <= due for at in self.left.get((row.person_id, row.by), ())):
            return ""
        if person is None or not person.active or (row.way is Way.GROUP and row.by not in person.groups):
            return "it came later than a day, or when is not on record"
        then = self._in_force_at(due)
        if then is None:
            return "the rules that were in force a day later can't be read"
        reach, company = then
        app = company.all_apps.get(row.app)
        held = () if app is None else held_now(reach, person, app, ())
        same = [one for one in held if (one.way, one.by) == (row.way, row.by)]
        return "it came into force later than a day" if any(_is_more(row, one) for one in same) else ""

    def _in_force_at(self, at: Instant) -> _Rules:
        history = self.sources.database.read(lambda snapshot: revisions.since(snapshot, 0))
        revision = next((one.id for one in history if one.at <= at), "")
        if revision not in self._rules:
            self._rules[revision] = self._read(revision)
        return self._rules[revision]

    def _read(self, revision: str) -> _Rules:
        try:
            company = earlier(self.sources.database, revision)
        except LimenError:
            return None
        return Reach(company.engine(), self.sources.now), company


def _is_more(row: ReviewRow, held: Held | None) -> bool:
    """Whether more is held than the decision leaves."""
    may_stay = set(row.restores.split()) if row.verdict is Verdict.NARROW else set()
    return held is not None and not set(held.actions) <= may_stay
