"""Add an app: say where it runs, see what answers there, say whom it is for, and publish it as any change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from limen.company.add_app import NewApp, add_app, complaints
from limen.company.company import Company
from limen.enforcement.probe import UNKNOWN, Found, Kind, kind_named, probe
from limen.errors import LimenError
from limen.facts import Label
from limen.facts.service_provider import ServiceProvider
from limen.web.console.changes import Changes, problem_of
from limen.web.console.fresh_proof import fresh_proof
from limen.web.page import Page, Route
from limen.web.permissions import CHANGE
from limen.web.requests import MAX_VALUE, one
from limen.web.site import Site
from limen.web.visit import Authorized, Sent, SignedInVisit

PAGES: Final = (
    Page("/console/add-app", "Add an app", CHANGE, hint="protect a new one"),
    Route("POST", "/console/add-app", CHANGE, does="Add an app: see what would change"),
    Route("POST", "/console/add-app/look", CHANGE, does="Check an app's address"),
)

AT: Final = "/console/add-app"
_LONGEST: Final = 200
FIELDS: Final = ("id", "url", "name", "label", "host", "owner", "kind", "protocol", "redirect", "metadata")
PROTOCOLS: Final = {
    "gateway": "It doesn't: Limen stands before it and decides every request",
    "oidc": "By OpenID Connect (or OAuth 2)",
    "saml": "By SAML 2.0",
}
_ON_STEP: Final = {1: ("id", "url", "redirect", "metadata"), 2: ("host",)}
_NEEDED: Final = {"oidc": "redirect", "saml": "metadata"}
"""What the app has to say of itself, by its protocol."""
_MISSING: Final = {
    "redirect": LimenError("The redirect URI is missing", "copy the address that the app shows for its sign-in"),
    "metadata": LimenError("The metadata are missing", "save the XML that the app gives for the identity provider"),
}


class FieldError(LimenError):
    """A mistake that is explained beside its field."""

    def __init__(self, field: str, wrong: LimenError) -> None:
        super().__init__(wrong.what, wrong.fix)
        self.field = field


def routes(site: Site) -> APIRouter:
    router, changes = APIRouter(), site.shared(Changes)

    @router.get(AT)
    async def begin(visit: Authorized) -> Response:
        return _page(site, visit, {})

    @router.post(AT + "/look")
    async def look(visit: Authorized, sent: Sent) -> Response:
        """Look once at the address. Only whoever could publish an app may have Limen look anywhere."""
        typed = _typed(sent)
        await fresh_proof(site, visit, AT)
        try:
            _refuse(changes.company, typed)
        except LimenError as wrong:
            return _page(site, visit, typed, wrong)
        if typed["protocol"] != "gateway":  # it signs people in by itself, so Limen never calls it
            return _page(site, visit, {**typed, "label": "internal"}, step=2)
        try:
            found = await probe(typed["url"])
        except LimenError as wrong:
            if one(sent, "anyway") != "1":
                return _page(site, visit, typed, wrong, may_go_on=True)
            found = None
        kind = found.kind if found else UNKNOWN
        known = {"name": typed["name"] or kind.name, "label": "internal", "kind": kind.name}
        return _page(site, visit, {**typed, **known}, step=2, found=found)

    @router.post(AT)
    async def add(visit: Authorized, sent: Sent) -> Response:
        typed = _typed(sent)
        groups = tuple(sent.get("groups", ()))[:50]
        await fresh_proof(site, visit, AT)
        company = await changes.unchanged_since(sent)
        try:
            _refuse(company, typed)
            asked = _asked(typed, groups, kind_named(typed["kind"]), is_onboarding=one(sent, "onboarding") == "1")
            done = await site.in_thread(lambda: add_app(company, asked, visit.now))
            return await changes.begin(visit, f"Add {typed['name'] or typed['id']}", done.company, AT, company)
        except LimenError as wrong:
            return _page(site, visit, typed, problem_of(wrong), step=2, groups=groups)

    return router


def _asked(typed: dict[str, str], groups: tuple[str, ...], kind: Kind, *, is_onboarding: bool) -> NewApp:
    return NewApp(
        typed["id"],
        typed["url"],
        groups,
        kind.actions,
        typed["name"],
        typed["label"],
        typed["host"],
        typed["owner"],
        kind.start,
        is_onboarding,
        typed["redirect"],
        _provider(typed),
    )


def _typed(sent: Mapping[str, list[str]]) -> dict[str, str]:
    """What was typed. What belongs to another protocol than the chosen one is as if it were not."""
    bounds = dict.fromkeys(FIELDS, _LONGEST) | {"metadata": MAX_VALUE}
    typed = {name: one(sent, name)[:most].strip() for name, most in bounds.items()}
    if typed["protocol"] not in PROTOCOLS:
        typed["protocol"] = "oidc" if typed["redirect"] else "saml" if typed["metadata"] else "gateway"
    kept = _NEEDED.get(typed["protocol"])
    return {name: "" if name in _MISSING and name != kept else value for name, value in typed.items()}


def _refuse(company: Company, typed: Mapping[str, str]) -> None:
    """Raises FieldError for the first mistake, from the top of the page to its end."""
    needed = _NEEDED.get(typed["protocol"], "")
    if needed and not typed[needed]:
        raise FieldError(needed, _MISSING[needed])
    try:
        provider = _provider(typed)
    except LimenError as wrong:
        raise FieldError("metadata", wrong) from None
    asked = NewApp(typed["id"], typed["url"], (), {}, host=typed["host"], redirect_uri=typed["redirect"], saml=provider)
    for field, complaint in complaints(company, asked):
        raise FieldError(field, complaint)


def _provider(typed: Mapping[str, str]) -> ServiceProvider | None:
    """What the app's own metadata say, None where none were given. Raises LimenError."""
    if not typed["metadata"]:
        return None
    from limen.sso.saml.sp_metadata import provider_in  # noqa: PLC0415 -- lxml, of which no start waits

    return provider_in(typed["metadata"].encode())


def _page(
    site: Site,
    visit: SignedInVisit,
    typed: dict[str, str],
    problem: LimenError | None = None,
    *,
    step: int = 1,
    found: Found | None = None,
    groups: tuple[str, ...] = (),
    may_go_on: bool = False,
) -> Response:
    return site.page(
        "console/add_app.html",
        visit,
        current="/console/apps",
        example="http://10.0.0.5:8080",
        issuer=site.ports.settings.public_url,
        typed={name: typed.get(name, "") for name in FIELDS} | {"protocol": typed.get("protocol", "gateway")},
        step=step,
        found=found,
        chosen=groups,
        groups=list(site.known.groups.values()),
        labels=[label.word for label in Label],
        problem=problem,
        fault=problem.field if isinstance(problem, FieldError) and problem.field in _ON_STEP[step] else "",
        protocols=PROTOCOLS,
        may_go_on=may_go_on,
    )
