"""A past decision taken up again: its event, the exact facts it was made on, and everything that spoke in it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from limen.company import store
from limen.events import Event
from limen.facts import App, Facts
from limen.policy.decision import Request
from limen.policy.engine import Engine
from limen.policy.explain import Explanation
from limen.storage.database import Snapshot
from limen.web.site import Site


@dataclass(frozen=True, slots=True)
class ReplayedDecision:
    """`id` is what was asked for: it may name one of several equal decisions that one event folds.

    `is_same` says that the policies of that revision, asked again, give the answer that was given: a named refusal
    of Limen's own (a lease that ran out, a session that had ended) comes from no policy.
    """

    id: str
    event: Event
    app: App
    facts: Facts
    request: Request
    explanation: Explanation
    engine: Engine
    is_same: bool


async def past_decision(site: Site, decision_id: str) -> ReplayedDecision | None:
    """The decision of this id; None when there is none, or when it can't be computed again any more."""

    def find() -> tuple[Event, Facts] | None:
        try:
            event = site.ports.journal.find(decision_id)
        except ValueError:
            return None
        if event is None or event.decision is None:
            return None
        facts = site.ports.journal.facts_of(event)
        return (event, facts) if facts is not None else None

    found = await site.in_thread(find)
    if found is None:
        return None
    event, facts = found
    record = event.decision
    if record is None:
        return None
    engine = await _engine_of(site, record.revision)
    if engine is None:
        return None
    person = site.known.people.get(event.actor)
    if person is not None:
        facts = replace(facts, person=replace(facts.person, name=person.name))
    request = Request(record.action, record.method, record.route, record.host)
    explanation = await site.in_thread(lambda: engine.explain(request, facts, record.now))
    is_same = explanation.decision.effect == record.effect
    return ReplayedDecision(decision_id, event, facts.app, facts, request, explanation, engine, is_same)


async def _engine_of(site: Site, revision: str) -> Engine | None:
    """The policies that decided: today's as a rule, an older revision's read again from the database."""
    current = site.ports.in_force.engine
    if revision in {"", current.revision}:
        return current

    def work(snapshot: Snapshot) -> Engine | None:
        company = store.company_of(snapshot, revision)
        return company.engine() if company else None

    return await site.ports.database.reading(work)
