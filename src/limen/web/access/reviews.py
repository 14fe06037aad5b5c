"""Access reviews, for whoever decides in them: what is open, and one review, row by row or many rows at once.

Everything is a form; the keyboard (`reviews.js`) presses its buttons. A row goes with the version that was shown, so a
form that is sent twice, or about a row that has changed since, decides nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.access.errors import AccessError
from limen.access.reviews.errors import UnknownReviewError
from limen.access.reviews.judging import Told
from limen.access.reviews.letters import PAGE
from limen.access.reviews.model import Effect, Outcome, Review, ReviewRow, Verdict, Way
from limen.access.reviews.services import MOST_AT_ONCE, Reviews
from limen.access.reviews.verdicts import LONGEST_NOTE
from limen.clock import Instant
from limen.facts import App
from limen.messages import gettext_noop
from limen.web.page import PORTAL_FOOT, Menu, Page, Route
from limen.web.permissions import VIEW
from limen.web.portal.withheld import action_name
from limen.web.requests import one, query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent, SignedInVisit

PAGES: Final = (
    Page(
        PAGE,
        gettext_noop("Access reviews"),
        VIEW,
        Menu(PORTAL_FOOT, 60),
        hint="reviews of access, who needs what",
    ),
    Route("GET", f"{PAGE}/{{review_id}}", VIEW),
    Route("POST", f"{PAGE}/{{review_id}}/decide", VIEW, does=gettext_noop("Decide about access in a review")),
    Route("POST", f"{PAGE}/{{review_id}}/undo", VIEW, does=gettext_noop("Undo a decision in a review")),
)
SHOWN: Final = ("open", "unused", "decided", "all")
"""Which rows the page shows; the first if nothing is said."""
MOST_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Shown:
    """A row as the page shows it. `value` says which version of it is decided; `how` is a group's or policy's title."""

    row: ReviewRow
    value: str
    who: str
    app: str
    label: str
    actions: tuple[str, ...]
    how: str
    until: Instant
    got_by: str
    decided_by: str
    is_mine: bool


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    reviews = site.ports.offers.take(Reviews)
    _decide(router, site, reviews)

    @router.get(PAGE)
    async def mine(visit: Authorized) -> Response:
        found = []
        for review, _ in await reviews.reviews():
            rows = await reviews.rows_for(review, visit.person.id) if review.is_open(visit.now) else []
            if rows:
                found.append((review, len(rows), sum(row.is_decided for row in rows)))
        return site.page("access/reviews.html", visit, reviews=found)

    @router.get(f"{PAGE}/{{review_id}}")
    async def look(review_id: str, request: Request, visit: Authorized) -> Response:
        show, asked = query(request, "show"), query(request, "q").strip()
        review, rows = await _theirs(reviews, review_id, visit)
        return site.page(
            "access/review.html",
            visit,
            review=review,
            show=show if show in SHOWN else SHOWN[0],
            asked=asked,
            decided=sum(row.is_decided for row in rows),
            whole=len(rows),
            rows=[_shown(site, row, visit) for row in _chosen(site, rows, show, asked)][:MOST_SHOWN],
            longest_note=LONGEST_NOTE,
            done=query(request, "done"),
            did=query(request, "did"),
            at=query(request, "at"),
        )

    return router


def _decide(router: APIRouter, site: Site, reviews: Reviews) -> None:
    @router.post(f"{PAGE}/{{review_id}}/decide")
    async def decide(review_id: str, visit: Authorized, sent: Sent) -> Response:
        verdict, note = one(sent, "verdict"), one(sent, "note")
        if verdict not in {"keep", "remove", "narrow", "ask"}:
            return _back(site, review_id, visit, sent, "nothing")
        several = [Told(row, version, Verdict(verdict), note) for row, version in _named(sent.get("row", ()))]
        try:
            outcomes = await reviews.decide(visit.session, review_id, several)
        except AccessError as wrong:
            return site.failed(visit, wrong)
        is_one = len(several) == 1 and outcomes[Outcome.DONE] == 1
        did = f"{several[0].row_id}.{several[0].version + 1}" if is_one else ""
        return _back(site, review_id, visit, sent, _worst(outcomes), did)

    @router.post(f"{PAGE}/{{review_id}}/undo")
    async def undo(review_id: str, visit: Authorized, sent: Sent) -> Response:
        outcome = Outcome.UNKNOWN
        try:
            for row, version in list(_named(sent.get("undo", ())))[:1]:
                outcome = await reviews.undo(visit.session, review_id, row, version)
        except AccessError as wrong:
            return site.failed(visit, wrong)
        return _back(site, review_id, visit, sent, "undone" if outcome is Outcome.DONE else "not-undone")


async def _theirs(reviews: Reviews, review_id: str, visit: SignedInVisit) -> tuple[Review, list[ReviewRow]]:
    """Somebody who has nothing to decide in it is shown what they are shown where there is none."""
    try:
        review = await reviews.review(review_id)
        rows = await reviews.rows_for(review, visit.person.id)
    except UnknownReviewError:
        rows = []
    return (review, rows) if rows else (_NONE, [])


_NONE: Final = Review(id="", name="", slot=0, started_at=0, closes_at=0)


def _back(site: Site, review_id: str, visit: SignedInVisit, sent: Sent, word: str, did: str = "") -> Response:
    """The same page, with what came of it, at the row that is next."""
    asked = {"show": one(sent, "show"), "q": one(sent, "q")[:80], "at": one(sent, "at")[:60], "did": did}
    return site.go(visit, f"{PAGE}/{quote(review_id[:40], safe='')}", done=word, **asked)


def _named(values: Iterable[str]) -> Iterator[tuple[str, int]]:
    """The rows that a form names, each with its version; what is none of that is left out."""
    for value in list(values)[:MOST_AT_ONCE]:
        row_id, _, version = value.partition(".")
        if version.isascii() and version.isdigit() and len(version) < 8:
            yield row_id[:40], int(version)


def _worst(outcomes: Counter[Outcome]) -> str:
    """What is told: the first thing that went wrong, if anything did."""
    wrong = (one.value for one in Outcome if one is not Outcome.DONE and outcomes[one])
    return next(wrong, Outcome.DONE.value if outcomes else "nothing")


def _chosen(site: Site, rows: Iterable[ReviewRow], show: str, asked: str) -> list[ReviewRow]:
    """Those that the page was asked for, in their order."""
    found = []
    for row in rows:
        fits = {
            "decided": row.is_decided,
            "unused": not row.is_decided and not row.used,
            "all": True,
        }.get(show, not row.is_decided)
        if fits and (not asked or asked.casefold() in _searched(site, row)):
            found.append(row)
    return found


def _searched(site: Site, row: ReviewRow) -> str:
    person, app = site.known.people.get(row.person_id), site.known.apps.get(row.app)
    names = (person.name if person else "", app.name if app else "", row.app, row.by)
    return " ".join(names).casefold()


def _shown(site: Site, row: ReviewRow, visit: SignedInVisit) -> Shown:
    people, app = site.known.people, site.known.apps.get(row.app)
    return Shown(
        row=row,
        value=f"{row.id}.{row.version}",
        who=_name(site, row.person_id) or row.person_id,
        app=app.name if app else row.app,
        label=app.label.word if isinstance(app, App) else "",
        actions=tuple(action_name(action, visit.localizer) for action in row.actions),
        how=_how(site, row),
        until=_until(site, row),
        got_by=_name(site, row.got_by),
        decided_by=_name(site, row.decided_by),
        is_mine=row.decided_by == visit.person.id and row.person_id in people,
    )


def _how(site: Site, row: ReviewRow) -> str:
    if row.way is Way.GROUP:
        group = site.known.groups.get(row.by)
        return group.title or row.by if group is not None else row.by
    if row.way is Way.POLICY:
        return _title(site, row.by)
    return ""


def _title(site: Site, policy_id: str) -> str:
    found = (one.annotations.get("title") for one in site.ports.in_force.engine.policies if one.id == policy_id)
    return next(found, None) or policy_id


def _until(site: Site, row: ReviewRow) -> Instant:
    """When a grant is over; 0 for what is none, or is over."""
    if row.way is not Way.GRANT or row.effect is Effect.REMOVED:
        return 0
    return next((one.until for one in site.known.grants.get(row.person_id) or () if one.id == row.by), 0)


def _name(site: Site, person_id: str) -> str:
    person = site.known.people.get(person_id)
    return person.name if person is not None else ""
