"""Going on after a fresh proof: what was selected before it, to be done now with one press."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.messages import Language
from limen.web.carried_forms import FormGoneError
from limen.web.page import Route
from limen.web.registry import is_console
from limen.web.requests import query
from limen.web.site import GO_ON, Site
from limen.web.visit import Anybody, Visit

PAGES: Final = (
    Route("GET", GO_ON, undecided="shows a form of one's own again: where it is sent to, everything is decided"),
)
_LONGEST_SHOWN: Final = 200
_OF_THE_PAGE: Final = frozenset({"base"})
"""What a page put into its form by itself, which says nothing to whoever sent it."""


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get(GO_ON)
    async def show(request: Request, visit: Anybody) -> Response:
        if visit.session is None:
            return site.go(visit, "/sign-in")
        try:
            form = await site.carried.take(visit.session, visit.visitor.browser, query(request, "form"))
        except FormGoneError as gone:
            site.ports.doors.refuse(
                f"form-{gone.word}", door="sign-in", address=visit.visitor.address, session=visit.session
            )
            return site.failed(visit, gone)
        if is_console(form.path):  # whose words are in no catalogue
            visit = replace(visit, localizer=site.pages.localizer(Language.ENGLISH))
        return site.page(
            "portal/go_on.html",
            visit,
            form=form,
            about=_about(site, visit, form.route, form.about),
            shown=[(name, value[:_LONGEST_SHOWN]) for name, value in form.fields if value and name not in _OF_THE_PAGE],
            here="/",
        )

    return router


def _about(site: Site, visit: Visit, route: Route, parameters: Mapping[str, str]) -> str:
    """The name of the person or the app that it is about, for whoever may do this; "" where it is about neither."""
    if visit.session is None or not set(route.permission) & site.may(visit.session, visit.visitor.address, visit.now):
        return ""
    person, app = (
        site.known.people.get(parameters.get("person_id", "")),
        site.known.apps.get(parameters.get("app_id", "")),
    )
    return person.name if person else app.name if app else ""
