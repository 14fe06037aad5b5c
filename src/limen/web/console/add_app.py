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
from limen.pillar import SignOn
from limen.web.console import add_app_saml
from limen.web.console.add_app_saml import CALLED, FieldError, carried, read_carried, registration, shown
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
_LONGEST_URL: Final = 500
FIELDS: Final = ("id", "url", "name", "label", "host", "owner", "kind", "protocol", "redirect", "registration")
PROTOCOLS: Final = {
    "gateway": "It doesn't: Limen stands before it and decides every request",
    "oidc": "By OpenID Connect (or OAuth 2)",
    "saml": "By SAML 2.0",
}
_ON_STEP: Final = {1: ("id", "url", "redirect", *add_app_saml.FIELDS), 2: ("host",)}
_OF_PROTOCOL: Final = {"oidc": ("redirect",), "saml": (*add_app_saml.FIELDS, "registration")}
"""The fields that belong to one protocol alone."""
_NO_REDIRECT: Final = LimenError("The redirect URI is missing", "copy the address that the app shows for its sign-in")
_ANYWAY: Final = "add it anyway"
_OUR_NETWORK: Final = "the app is in our own network: read its metadata there"
"""What somebody may say to what would else be a mistake."""
_NOT_LOOKED_AT: Final = ServiceProvider("", ())


def routes(site: Site) -> APIRouter:
    router, changes = APIRouter(), site.shared(Changes)
    resolver = site.ports.offers.take(SignOn).resolver

    @router.get(AT)
    async def begin(visit: Authorized) -> Response:
        return _page(site, visit, {})

    @router.post(AT + "/look")
    async def look(visit: Authorized, sent: Sent) -> Response:
        """Look once at the address. Only whoever could publish an app may have Limen look anywhere."""
        typed = _typed(sent)
        await fresh_proof(site, visit, AT)
        is_anyway = one(sent, "anyway") == "1"
        try:
            _refuse(changes.company, typed)
            if typed["protocol"] == "saml":
                typed["registration"] = carried(await registration(typed, resolver, may_be_private=is_anyway))
        except LimenError as wrong:
            may_go_on = isinstance(wrong, FieldError) and wrong.may_go_on
            return _page(site, visit, typed, wrong, go_on=_OUR_NETWORK if may_go_on else "")
        if typed["protocol"] != "gateway":  # it signs people in by itself, so Limen never calls it
            return _page(site, visit, {**typed, "label": "internal"}, step=2)
        try:
            found = await probe(typed["url"])
        except LimenError as wrong:
            if not is_anyway:
                return _page(site, visit, typed, wrong, go_on=_ANYWAY)
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
    bounds = dict.fromkeys((*FIELDS, *add_app_saml.FIELDS), _LONGEST)
    bounds |= {"metadata": MAX_VALUE, "registration": MAX_VALUE, "metadata_at": _LONGEST_URL, "acs": _LONGEST_URL}
    typed = {name: one(sent, name)[:most].strip() for name, most in bounds.items()}
    if typed["protocol"] not in PROTOCOLS:
        typed["protocol"] = "oidc" if typed["redirect"] else "gateway"
    for protocol, names in _OF_PROTOCOL.items():
        if protocol != typed["protocol"]:
            typed |= dict.fromkeys(names, "")
    return typed


def _refuse(company: Company, typed: Mapping[str, str]) -> None:
    """Raises FieldError for the first mistake, from the top of the page to its end, but for what SAML needs."""
    if typed["protocol"] == "oidc" and not typed["redirect"]:
        raise FieldError("redirect", _NO_REDIRECT)
    saml = _NOT_LOOKED_AT if typed["protocol"] == "saml" else None
    asked = NewApp(typed["id"], typed["url"], (), {}, host=typed["host"], redirect_uri=typed["redirect"], saml=saml)
    for field, complaint in complaints(company, asked):
        raise FieldError(field, complaint)


def _provider(typed: Mapping[str, str]) -> ServiceProvider | None:
    """The registration that the page carries, of an app that speaks SAML. Raises LimenError."""
    return read_carried(typed["registration"]) if typed["protocol"] == "saml" else None


def _page(
    site: Site,
    visit: SignedInVisit,
    typed: dict[str, str],
    problem: LimenError | None = None,
    *,
    step: int = 1,
    found: Found | None = None,
    groups: tuple[str, ...] = (),
    go_on: str = "",
) -> Response:
    return site.page(
        "console/add_app.html",
        visit,
        current="/console/apps",
        example="http://10.0.0.5:8080",
        issuer=site.ports.settings.public_url,
        typed=dict.fromkeys((*FIELDS, *add_app_saml.FIELDS), "") | {"protocol": "gateway"} | typed,
        step=step,
        found=found,
        chosen=groups,
        groups=list(site.known.groups.values()),
        labels=[label.word for label in Label],
        problem=problem,
        fault=problem.field if isinstance(problem, FieldError) and problem.field in _ON_STEP[step] else "",
        protocols=PROTOCOLS,
        go_on=go_on,
        called=CALLED,
        says=shown(read_carried(typed["registration"])) if step == 2 and typed["registration"] else (),
    )
