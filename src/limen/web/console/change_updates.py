"""A change that waits is brought up to date: put on top of what others published, its failing tests changed."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from limen.company.candidate import candidate
from limen.company.expectation_text import with_block
from limen.company.folder import TESTS
from limen.company.load import FolderError
from limen.company.publish import earlier
from limen.company.rebase import rebased
from limen.company.resolution import disagreements
from limen.company.updated_tests import updated_tests
from limen.errors import LimenError
from limen.web.console.changes import AT, Changes, change_page, problem_of
from limen.web.console.conflicts import Conflicting
from limen.web.page import Route
from limen.web.permissions import CHANGE
from limen.web.requests import one, whole
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

PAGES: Final = (
    Route("POST", "/console/changes/{draft_id}/rebase", CHANGE, does="Apply a change on top of what is in force"),
    Route("POST", "/console/changes/{draft_id}/tests", CHANGE, does="Update a test"),
    Route("POST", "/console/changes/{draft_id}/tests/all", CHANGE, does="Update the selected tests"),
)

MOST_UPDATED: Final = 5_000


def routes(site: Site) -> APIRouter:
    router, changes = APIRouter(), site.shared(Changes)

    @router.post(AT + "/{draft_id}/rebase")
    async def rebase(draft_id: str, visit: Authorized, _sent: Sent) -> Response:
        """The draft as a change of what was published meanwhile; what both changed is named, and nothing is merged."""
        draft = await changes.of(draft_id, visit)
        try:
            in_force = changes.company
            base = await site.in_thread(lambda: earlier(site.ports.database, draft.base))
            found = await site.in_thread(lambda: rebased(base, draft.company, in_force))
        except LimenError as wrong:
            return await change_page(changes, visit, draft, problem_of(wrong))
        if found.company is None:
            parts = await site.in_thread(lambda: disagreements(base, draft.company, in_force))
            return await change_page(changes, visit, draft, conflict=Conflicting(found.conflicts, parts))
        return await changes.onto(visit, draft, found.company, in_force.revision)

    @router.post(AT + "/{draft_id}/tests")
    async def mend_test(draft_id: str, visit: Authorized, sent: Sent) -> Response:
        """One policy test that fails, written anew or taken away; the change is then predicted again."""
        draft = await changes.of(draft_id, visit)
        company, text = draft.company, one(sent, "text").replace("\r\n", "\n")
        line = whole(one(sent, "line"), 7)
        tests = with_block(company.files.get(TESTS, ""), line, "" if one(sent, "do") == "remove" else text)
        try:
            mended = await site.in_thread(lambda: candidate(company, {TESTS: tests}))
        except FolderError as wrong:
            return await change_page(changes, visit, draft, LimenError(str(wrong.problems[0]), "change the test"))
        return await changes.begin(visit, draft.said, mended, draft.back, draft.base, draft.again)

    @router.post(AT + "/{draft_id}/tests/all")
    async def update_tests(draft_id: str, visit: Authorized, sent: Sent) -> Response:
        """The failing tests that were chosen, each as the page showed it."""
        draft = await changes.of(draft_id, visit)
        chosen = {whole(line, 7) for line in list(sent.get("line", ()))[:MOST_UPDATED]}
        try:
            done = await site.in_thread(lambda: updated_tests(draft.company, chosen))
        except LimenError as wrong:
            return await change_page(changes, visit, draft, problem_of(wrong))
        if not done.updated:
            return site.go(visit, f"{AT}/{draft_id}")
        return await changes.begin(visit, draft.said, done.company, draft.back, draft.base, draft.again)

    return router
