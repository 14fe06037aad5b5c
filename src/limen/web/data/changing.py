"""Changing data.yaml: the text itself, planned and published as ever."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from limen.data.data_file import FILE
from limen.web.console.edited_file import EditedFile, add_editing
from limen.web.data.stores import AT as MAP
from limen.web.page import Page, Route
from limen.web.permissions import CHANGE
from limen.web.site import Site

TEXT: Final = "/console/data/file"
PAGES: Final = (
    Page(TEXT, "Edit data.yaml", CHANGE, hint="labels, rules, detectors, stores, dictionaries"),
    Route("POST", TEXT, CHANGE, does="Change data.yaml: see what would change"),
)
_EDITED: Final = EditedFile(
    TEXT,
    FILE,
    MAP,
    "Data map",
    "The next page says what would have been stopped in the last 30 days. Nothing takes effect until you publish.",
    "No problems found, and every test passes.",
)


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    add_editing(router, site, _EDITED)
    return router
