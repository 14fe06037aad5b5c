"""What somebody owns, and handing it over: all at once or one by one; what the company folder says becomes a change."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.company.handover import handed_over, mentions
from limen.errors import LimenError
from limen.facts import Person
from limen.identity.handing_over import hand_over, held_by
from limen.pillars import holdings
from limen.web.console.changes import Changes, problem_of
from limen.web.console.fresh_proof import fresh_proof
from limen.web.console.view_audit import audit_person_view
from limen.web.page import Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import one, query
from limen.web.site import Site, done_or_page
from limen.web.visit import Authorized, Sent, SignedInVisit

AT: Final = "/console/people/{person_id}/handover"
PAGES: Final = (
    Route("GET", AT, READ),
    Route("POST", AT, CHANGE, does="Hand over what somebody owns"),
    Route("POST", f"{AT}/folder", CHANGE, does="Hand over in the company folder: see what would change"),
)
_DONE: Final = {
    "done": "Handed over. What is left is listed below.",
    "nothing": "Nothing was handed over: what is left goes to nobody else by itself.",
    "same": "The company folder does not name them.",
}


def routes(site: Site) -> APIRouter:
    router, changes = APIRouter(), site.shared(Changes)

    @router.get(AT)
    async def look(request: Request, person_id: str, visit: Authorized) -> Response:
        person = _person(site, person_id)
        audit_person_view(site, visit, person_id, "handover")
        return await _page(site, visit, person, done=_DONE.get(query(request, "done"), ""))

    @router.post(AT)
    async def hand(person_id: str, visit: Authorized, sent: Sent) -> Response:
        """All of it with `all`; else those that are ticked, each as the name of its kind and its id."""
        person, to = _person(site, person_id), one(sent, "to")
        await fresh_proof(site, visit, AT.format(person_id=person_id))
        chosen: dict[str, list[str]] = {}
        for thing in sent.get("thing", []):
            kind, _, name = thing.partition(":")
            chosen.setdefault(kind, []).append(name)
        wanted, by, now = (None if sent.get("all") else chosen), visit.person.id, visit.now
        work = site.identity.ports.take(
            lambda transaction: hand_over(transaction, person, to, wanted, now, holdings(), by=by)
        )

        async def again(problem: LimenError) -> Response:
            return await _page(site, visit, person, problem)

        done = await done_or_page(work, again)
        return site.go(visit, AT.format(person_id=person_id), done="done" if done else "nothing")

    @router.post(f"{AT}/folder")
    async def in_the_folder(person_id: str, visit: Authorized, sent: Sent) -> Response:
        """Begin the change that names somebody else in their place."""
        person, back = _person(site, person_id), AT.format(person_id=person_id)
        await fresh_proof(site, visit, back)
        try:
            company, to = await changes.unchanged_since(sent), _other(site, person, one(sent, "to"))
            files = handed_over(company.files, person.email, to.email)
            said = f"Hand over from {person.name} to {to.name}"
            return await changes.begin(visit, said, files, back, company)
        except LimenError as wrong:
            return await _page(site, visit, person, problem_of(wrong))

    return router


async def _page(
    site: Site, visit: SignedInVisit, person: Person, problem: LimenError | None = None, *, done: str = ""
) -> Response:
    kinds = holdings()
    held = await site.ports.database.reading(lambda s: held_by(s.connection, person, visit.now, kinds))
    company = site.shared(Changes).company
    others = [each for each in site.known.people.values() if each.active and each.id != person.id]
    return site.page(
        "console/handover.html",
        visit,
        person=person,
        held=held,
        movable=any(each.kind.hand_over is not None for each in held),
        named=mentions(company.files, person.email) if person.email else [],
        others=sorted(others, key=lambda each: each.name.casefold()),
        base=company.revision,
        done=done,
        problem=problem,
    )


def _other(site: Site, person: Person, to_id: str) -> Person:
    """Raises LimenError where it can't go to them."""
    to = site.known.people.get(to_id)
    if to is None or not to.active or to.id == person.id:
        raise LimenError("It can't be handed over to them", "choose somebody else who is active")
    return to


def _person(site: Site, person_id: str) -> Person:
    person = site.known.people.get(person_id)
    if person is None:
        raise HTTPException(404)
    return person
