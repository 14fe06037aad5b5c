"""Groups: made, renamed and taken out, with what depends on each named; published as any change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from limen.company.company import Company
from limen.company.folder import SETTINGS
from limen.company.gate import members_of, people_of
from limen.company.removals import Uses, uses_of_group, with_group, without_group
from limen.errors import LimenError
from limen.messages import joined
from limen.web.console.changes import Changes, problem_of
from limen.web.console.fresh_proof import fresh_proof
from limen.web.console.group import empty_or_unused
from limen.web.page import Page, Route
from limen.web.permissions import CHANGE
from limen.web.requests import one
from limen.web.site import Site
from limen.web.visit import Authorized, Sent, SignedInVisit

PAGES: Final = (
    Page("/console/groups", "Groups", CHANGE, hint="teams and roles of people"),
    Route("POST", "/console/groups", CHANGE, does="Create a group: see what would change"),
    Route("POST", "/console/groups/remove", CHANGE, does="Remove a group: see what would change"),
)

AT: Final = "/console/groups"
_LONGEST_ID: Final = 40
_LONGEST_TITLE: Final = 200
_MOST_SAID: Final = 4


@dataclass(frozen=True, slots=True)
class Listed:
    """A group with how many people are in it, what depends on it, the titles of the sources that decide about it, and
    why it may not be needed.
    """

    id: str
    title: str
    members: int
    uses: Uses
    sources: tuple[str, ...]
    idle: str


def routes(site: Site) -> APIRouter:
    router, changes = APIRouter(), site.shared(Changes)

    @router.get(AT)
    async def everything(visit: Authorized) -> Response:
        return await _page(site, visit, changes.company)

    @router.post(AT)
    async def write(visit: Authorized, sent: Sent) -> Response:
        """A new group, or another title for one there is."""
        await fresh_proof(site, visit, AT)
        group, title = one(sent, "id")[:_LONGEST_ID].strip(), one(sent, "title")[:_LONGEST_TITLE].strip()
        company = changes.company
        try:
            company = await changes.unchanged_since(sent)
            if not title:
                raise LimenError("a group needs a title", "enter what people call it")  # noqa: TRY301 -- on this page
            is_new = group not in company.settings.groups
            if is_new == (one(sent, "do") == "rename"):
                what = "this group does not exist" if is_new else "a group with this ID already exists"
                raise LimenError(what, "choose another ID")  # noqa: TRY301 -- on this page
            changed = {SETTINGS: with_group(company.files.get(SETTINGS, ""), group, title)}
            said = f"Create the group {title}" if is_new else f"Rename the group {group} to {title}"
            return await changes.begin(visit, said, changed, AT, company)
        except LimenError as wrong:
            return await _page(site, visit, company, problem_of(wrong))

    @router.post(AT + "/remove")
    async def remove(visit: Authorized, sent: Sent) -> Response:
        await fresh_proof(site, visit, AT)
        group, company = one(sent, "id")[:_LONGEST_ID], changes.company
        try:
            company = await changes.unchanged_since(sent)
            read = site.ports.database.read
            inside = await site.in_thread(lambda: members_of(read(people_of), group))
            done = await site.in_thread(lambda: without_group(company, group, inside))
            title = company.settings.groups[group]
            said = joined([f"Remove the group {title}", *done.said[:_MOST_SAID]])
            return await changes.begin(visit, said, done.company, AT, company)
        except LimenError as wrong:
            return await _page(site, visit, company, problem_of(wrong))

    return router


async def _page(site: Site, visit: SignedInVisit, company: Company, problem: LimenError | None = None) -> Response:
    read = site.ports.database.read
    people = await site.in_thread(lambda: read(people_of))
    declared, listed = site.identity.sources.declared, []
    for group, title in company.settings.groups.items():
        inside, uses = len(members_of(people, group)), uses_of_group(company, group)
        sources = tuple(one.title for one in declared if group in one.given_groups)
        idle = empty_or_unused(inside, uses.policies, uses.apps)
        listed.append(Listed(group, title or group, inside, uses, sources, idle))
    return site.page(
        "console/groups.html",
        visit,
        status=400 if problem else 200,
        current="/console/people",
        listed=listed,
        problem=problem,
    )
