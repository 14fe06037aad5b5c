"""A file of the company folder as a page to edit: checked with its lines, planned and published as ever."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from limen.company.candidate import candidate
from limen.company.company import Company
from limen.company.load import FolderError
from limen.configuration.problem import Problem
from limen.errors import LimenError
from limen.web.console.changes import Changes
from limen.web.requests import one
from limen.web.site import Site, status_of
from limen.web.visit import Authorized, Sent, SignedInVisit

MOST_TEXT: Final = 16_000
"""Characters of a file that are changed here; a longer one is changed in the company folder."""
MOST_PROBLEMS: Final = 50


@dataclass(frozen=True, slots=True)
class EditedFile:
    """`path` is the page's, `file` the file's name. `menu` is the page that it belongs to, called `back`; `says` what
    the next page shows, `fine` that nothing is wrong, and `elsewhere` where parts are changed: `(path, words)`.
    """

    path: str
    file: str
    menu: str
    back: str
    says: str
    fine: str
    elsewhere: tuple[str, str] | None = None


def add_editing(router: APIRouter, site: Site, edited: EditedFile) -> None:
    """The page and what it sends."""
    changes = site.shared(Changes)

    @router.get(edited.path)
    async def edit(visit: Authorized) -> Response:
        company = changes.company
        return shown(visit, company.files.get(edited.file, ""), base=company.revision)

    @router.post(edited.path)
    async def change(visit: Authorized, sent: Sent) -> Response:
        text = one(sent, "text").replace("\r\n", "\n")
        try:
            company = await changes.unchanged_since(sent)
            if one(sent, "do") == "check":
                await site.in_thread(lambda: _checked(company, edited.file, text))
                return shown(visit, text, base=company.revision, is_checked=True)
            said, files = f"{edited.file} changed", {edited.file: bounded(text)}
            return await changes.begin(visit, said, files, edited.path, company)
        except LimenError as wrong:
            return shown(visit, text, wrong, base=one(sent, "base"))

    def shown(
        visit: SignedInVisit, text: str, wrong: LimenError | None = None, *, base: str, is_checked: bool = False
    ) -> Response:
        """`base`: the revision that the text was made from, which stays so when others published meanwhile."""
        problems = problems_of(wrong)
        return site.page(
            "console/edited_file.html",
            visit,
            status=status_of(wrong) if wrong else 200,
            current=edited.menu,
            edited=edited,
            text=text,
            is_too_long=len(text) > MOST_TEXT,
            problems=problems[:MOST_PROBLEMS],
            wrong_lines={each.line for each in problems if each.file == edited.file},
            is_checked=is_checked,
            base=base,
            lines=max(18, text.count("\n") + 3),
            most=MOST_TEXT,
        )


def bounded(text: str) -> str:
    if len(text) > MOST_TEXT:
        raise LimenError(f"the text is longer than {MOST_TEXT:,} characters", "change it in the company folder")
    return text


def problems_of(wrong: LimenError | None) -> tuple[Problem, ...]:
    """What is wrong with files, or what else went wrong, as one of these."""
    if wrong is None:
        return ()
    return wrong.problems if isinstance(wrong, FolderError) else (Problem("", 0, 0, wrong.what, wrong.fix),)


def _checked(company: Company, file: str, text: str) -> None:
    candidate(company, {file: bounded(text)})
