"""Policies, to read: what each says, in which state, its text, and how often it made the answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.cedar import Policy
from limen.clock import Instant
from limen.company import store
from limen.company.policies_file import Source
from limen.events import Event
from limen.policy.annotations import State, reason_of
from limen.policy.expectations import Expectation, unmet
from limen.storage.journal.recent import RING
from limen.synthetic import is_of_probe
from limen.web.console.rows import Filter, person_name, recent_rows
from limen.web.console.rules import names_here, sentence_of
from limen.web.console.view_audit import audit_view
from limen.web.page import Menu, Page, Route, Shortcut
from limen.web.permissions import READ
from limen.web.requests import query
from limen.web.site import Site
from limen.web.visit import Authorized

PAGES: Final = (
    Page("/console/policies", "Policies", READ, Menu("Decide", 10, "policies"), hint="the rules in force"),
    Shortcut("/console/policies?state=report-only", "Report-only policies", hint="what they would have changed"),
    Route("GET", "/console/policies/{policy_id}", READ),
)

MOST_OPEN: Final = 12
"""Up to so many policies are all shown at once; of more the files that they stand in."""
_UNWRITTEN: Final = Source("", 0, "")


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A policy as people read it. `speaks` says it in a sentence. `times`: in how many of the recent decisions
    it was among the reasons; `watched`: in how many it would have changed the answer; `tests` name it outright.
    """

    policy: Policy
    id: str
    title: str
    reason: str
    effect: str
    state: State
    speaks: str
    source: Source
    times: int
    watched: int
    tests: tuple[Expectation, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """The revision in force. `author` is a name, or the server's own administrator."""

    id: str
    author: str
    author_id: str
    reason: str
    at: Instant


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/console/policies")
    async def everything(request: Request, visit: Authorized) -> Response:
        chosen = query(request, "state")
        spoken = spoken_of(site)
        named, whole = query(request, "q", 80).strip(), query(request, "all") == "1"
        shown = [one for one in spoken if (chosen not in set(State) or one.state == chosen) and is_searched(one, named)]
        by_file = sorted(shown, key=lambda one: (one.source.file, one.source.line))
        company = site.ports.in_force.company
        return site.page(
            "console/policies.html",
            visit,
            files=[(file, list(ones)) for file, ones in groupby(by_file, key=lambda one: one.source.file)],
            states=Counter(str(one.state) for one in spoken),
            chosen=chosen if chosen in set(State) else "",
            q=named,
            is_open=whole or len(shown) <= MOST_OPEN,
            found=len(shown),
            tests=len(company.tests) if company else 0,
            revision=await _published(site),
            since=_memory_since(site),
        )

    @router.get("/console/policies/{policy_id}")
    async def one_policy(request: Request, policy_id: str, visit: Authorized) -> Response:
        company = site.ports.in_force.company
        spoken = next((one for one in spoken_of(site) if one.id == policy_id), None)
        if spoken is None:
            raise HTTPException(404)
        audit_view(site, visit, "policy")
        is_watched = spoken.state is State.REPORT_ONLY
        chosen = Filter(watched=policy_id) if is_watched else Filter(policy=policy_id)
        return site.page(
            "console/policy.html",
            visit,
            base=company.revision if company else "",
            one=spoken,
            done={"same": "Nothing would change.", "dropped": "Nothing was changed."}.get(query(request, "done"), ""),
            unmet=_unmet(site, spoken.tests),
            rows=recent_rows(site, chosen, 20),
            all_rows=f"/console/decisions?{chosen.query}",
            revision=await _published(site),
            since=_memory_since(site),
        )

    return router


def is_searched(one: PolicyRow, named: str) -> bool:
    """Whether what was typed is in its title, its id, its sentence or its file."""
    return named.casefold() in f"{one.title} {one.id} {one.speaks} {one.source.file}".casefold()


def spoken_of(site: Site) -> list[PolicyRow]:
    """Every policy in force, off and watched ones too."""
    in_force, company = site.ports.in_force, site.ports.in_force.company
    sources = company.policies.sources if company else {}
    names = names_here(site, company) if company else None
    tests: dict[str, list[Expectation]] = {}
    for test in company.tests if company else ():
        tests.setdefault(test.because, []).append(test)
    times, watched = counts(site.ports.journal.recent(RING))
    said = []
    for policy in in_force.engine.policies:
        reason = reason_of(policy)
        said.append(
            PolicyRow(
                policy=policy,
                id=policy.id,
                title=reason.title,
                reason=reason.text,
                effect=policy.effect,
                state=in_force.engine.states[policy.id],
                speaks=sentence_of(site, policy, names),
                source=sources.get(policy.id, _UNWRITTEN),
                times=times[policy.id],
                watched=watched[policy.id],
                tests=tuple(tests.get(policy.id, ())),
            )
        )
    return said


def counts(events: Iterable[Event]) -> tuple[Counter[str], Counter[str]]:
    """How many decisions each policy made, and how many each watched one would have changed."""
    times: Counter[str] = Counter()
    watched: Counter[str] = Counter()
    for event in events:
        if event.decision is not None and not is_of_probe(event.actor, door=event.decision.door):
            for name in event.decision.reasons:
                times[name] += event.count
            for name in event.decision.watched:
                watched[name] += event.count
    return times, watched


def _unmet(site: Site, tests: Iterable[Expectation]) -> set[str]:
    """The titles of those tests that the policies in force do not meet."""
    company = site.ports.in_force.company
    if company is None:
        return set()
    found = unmet(site.ports.in_force.engine, tests, company.all_apps, company.networks)
    return {one.expectation.title for one in found}


async def _published(site: Site) -> Published | None:
    revision = await site.ports.database.reading(store.newest)
    if revision is None:
        return None
    person = site.known.people.get(revision.author)
    author = person_name(site.known, revision.author) if person else "the server's operator"
    return Published(revision.id, author, person.id if person else "", revision.reason, revision.at)


def _memory_since(site: Site) -> Instant:
    """When the oldest event happened that counts are made of; 0 where there is none."""
    events = site.ports.journal.recent(RING)
    return events[-1].at if events else 0
