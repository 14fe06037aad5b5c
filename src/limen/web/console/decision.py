"""One decision in full: every policy considered, every condition, and the value that each of them saw."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

import msgspec
from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from limen.events import DecisionRecord, Event
from limen.facts import LIMEN
from limen.messages import Language, Words
from limen.monitor.places.places import Places
from limen.policy.access import access
from limen.policy.annotations import State, reason_of
from limen.policy.decision import Effect, Named
from limen.policy.explain import Considered
from limen.policy.replay import write_decision
from limen.policy.wording import Audience, Because, Names, Said, kind_sentence, say
from limen.web.console.rows import Row, rows_of, titles_of
from limen.web.console.sentences import Spoke, answered, spoke
from limen.web.console.view_audit import audit_person_view
from limen.web.page import Route
from limen.web.permissions import READ
from limen.web.portal.replayed_decision import ReplayedDecision, past_decision
from limen.web.site import Site
from limen.web.visit import Authorized

PAGES: Final = (
    Route("GET", "/console/decisions/{decision_id}", READ),
    Route("GET", "/console/decisions/{decision_id}/decision.json", READ, media_type="application/json"),
)

_ID: Final = re.compile(r"[0-9a-f]{24}(-[1-9][0-9]{0,8})?")


@dataclass(frozen=True, slots=True)
class Page:
    """A decision as it is shown. `past` is None where its facts or its revision are not kept any more.

    `beside` is what the other actions of the app would have been answered on the same facts.
    """

    id: str
    row: Row
    event: Event
    record: DecisionRecord
    sentence: str
    reasons: tuple[tuple[str, str, str], ...]
    because: tuple[Because, ...]
    remedies: tuple[str, ...]
    who_can: str
    watched: tuple[tuple[str, str], ...]
    spoke: tuple[Spoke, ...]
    beside: tuple[tuple[str, Effect], ...]
    is_current: bool
    is_let_pass: bool
    past: ReplayedDecision | None
    where: str


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/console/decisions/{decision_id}")
    async def show(decision_id: str, visit: Authorized) -> Response:
        event = await _any_event(site, decision_id)
        whose = event.subject if event.subject in site.known.people else event.actor
        if event.decision is None and whose in site.known.people:
            just_after = f"{int(event.id, 16) + 1:024x}"
            return site.go(visit, f"/console/people/{whose}/timeline", before=just_after)
        audit_person_view(site, visit, event.actor, "decision")
        past = await past_decision(site, decision_id)
        return site.page("console/decision.html", visit, page=_page(site, decision_id, event, past))

    @router.get("/console/decisions/{decision_id}/decision.json")
    async def download(decision_id: str, visit: Authorized) -> Response:
        event = await _event(site, decision_id)
        audit_person_view(site, visit, event.actor, "decision")
        past = await past_decision(site, decision_id)
        if past is None:
            raise HTTPException(404)
        written = write_decision(past.engine, past.request, past.facts, past.explanation.decision.now)
        headers = {"content-disposition": f'attachment; filename="decision-{decision_id}.json"'}
        body = msgspec.json.format(msgspec.json.encode(written), indent=2)
        return Response(body, media_type="application/json", headers=headers)

    return router


async def _event(site: Site, decision_id: str) -> Event:
    """The event that this decision's id resolves to. Raises HTTPException 404."""
    event = await _any_event(site, decision_id)
    if event.decision is None:
        raise HTTPException(404)
    return event


async def _any_event(site: Site, event_id: str) -> Event:
    """The event of this id, a decision or not. Raises HTTPException 404."""
    if not _ID.fullmatch(event_id):
        raise HTTPException(404)
    event = await site.in_thread(lambda: site.ports.journal.find(event_id))
    if event is None:
        raise HTTPException(404)
    return event


def _page(site: Site, decision_id: str, event: Event, past: ReplayedDecision | None) -> Page:
    engine = past.engine if past is not None else site.ports.in_force.engine
    titles = titles_of(engine)
    (row,) = rows_of([event], site.known, titles)
    record = event.decision
    if record is None:
        raise HTTPException(404)
    policies = {policy.id: reason_of(policy).text for policy in engine.policies}
    said = _said(site, row, record, past)
    return Page(
        id=decision_id,
        row=row,
        event=event,
        record=record,
        sentence=answered(row.person, row.action, row.app, row.effect),
        reasons=tuple(
            (titles.get(name, name), policies.get(name, ""), f"/console/policies/{name}" if name in policies else "")
            for name in record.reasons
        ),
        because=said.because,
        remedies=said.remedies,
        who_can=said.who_can,
        watched=tuple((name, titles.get(name, name)) for name in record.watched),
        spoke=_spoke(site, past, record) if past is not None else (),
        beside=_beside(past) if past is not None and past.is_same else (),
        is_let_pass=is_let_pass(record),
        is_current=record.revision in {"", site.ports.in_force.engine.revision},
        past=past,
        where=_where(site, event, past),
    )


def _where(site: Site, event: Event, past: ReplayedDecision | None) -> str:
    """The place it came from: what was decided on, beside what the files say of the address today."""
    places = site.ports.offers.find(Places)
    found = places.find(event.address, site.known.networks) if places is not None else None
    place = past.facts.place if past is not None else None
    country = place.country if place is not None else found.country if found is not None else ""
    is_same = found is not None and found.country == country
    parts = [
        found.city if found is not None and is_same else "",
        country,
        found.owner_name if found is not None and is_same else "",
        place.network if place is not None else "",
    ]
    return ", ".join(filter(None, parts))


def _said(site: Site, row: Row, record: DecisionRecord, past: ReplayedDecision | None) -> Said:
    """Why, and what would turn it, for administrators: everything. Where it can't be computed again, what was kept."""
    words = Words(Language.ENGLISH, site.ports.settings.zone)
    if past is None or not past.is_same:
        return Said((), tuple(kind_sentence(kind, words) for kind in record.remedies))
    names = Names(row.person, row.app, site.known.groups)
    decision = past.explanation.decision
    if is_let_pass(record):  # said is what would have refused it
        settled = replace(past.facts, app=replace(past.facts.app, onboarding_until=0))
        decision = past.engine.decide(past.request, settled, decision.now)
    return say(past.engine, decision, Audience.ADMINISTRATOR, words, names)


def is_let_pass(record: DecisionRecord) -> bool:
    """Did only the app's onboarding let this pass?"""
    return record.reasons[:1] == (Named.ONBOARDING,)


def _beside(past: ReplayedDecision) -> tuple[tuple[str, Effect], ...]:
    if past.app.id == LIMEN:
        return ()
    answers = access(past.engine, past.facts, past.explanation.decision.now)
    return tuple((action, one.effect) for action, one in answers.items() if action != past.request.action)


def _spoke(site: Site, past: ReplayedDecision, record: DecisionRecord) -> tuple[Spoke, ...]:
    written = {policy.id: policy for policy in past.engine.policies}
    nothing_permits = Named.NOTHING_PERMITS in record.reasons
    found = []
    for policy in sorted(past.explanation.policies, key=lambda one: _weight(one, nothing_permits=nothing_permits)):
        is_near = nothing_permits and policy.effect == "permit" and policy.state is State.ENFORCE
        found.append(spoke(policy, written[policy.id], site.known, is_open=policy.determined or is_near))
    return tuple(found)


def _weight(policy: Considered, *, nothing_permits: bool) -> tuple[bool, bool, bool, bool, str]:
    """Those that made the answer first; then, where nothing permits, what might have; what is watched last."""
    wanted = "permit" if nothing_permits else "forbid"
    return (
        not policy.determined,
        policy.state is not State.ENFORCE,
        policy.outcome != "held",
        policy.effect != wanted,
        policy.id,
    )
