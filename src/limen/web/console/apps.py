"""Apps: what is protected, which requests are which action, what is public, and which policies speak about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.doctor.transit import NAME as IN_TRANSIT
from limen.enforcement.addresses import is_plain_http
from limen.facts import ACTIONS, LIMEN, App, Group, Label
from limen.web.console.access_preview import people_of
from limen.web.console.doctor import rounds_of
from limen.web.console.rows import Filter, recent_rows
from limen.web.console.rules import told_about
from limen.web.console.tokens import shown
from limen.web.console.view_audit import audit_view
from limen.web.console.what_if_question import what_if_choices
from limen.web.page import Menu, Page, Route
from limen.web.permissions import READ
from limen.web.requests import query
from limen.web.site import Site
from limen.web.visit import Authorized

PAGES: Final = (
    Page("/console/apps", "Apps", READ, Menu("Know", 20, "apps"), hint="protected services"),
    Route("GET", "/console/apps/{app_id}", READ),
)

DONE: Final = {"token-revoked": "That token no longer works, effective from its next request."}
PROTOCOLS: Final = {
    "oidc": "OpenID Connect",
    "saml": "SAML",
    "entra": "Microsoft Entra ID",
    "ssh": "SSH",
    "radius": "RADIUS",
    "group": "Group of a directory",
    "network": "Door in the firewall",
}
"""How apps sign people in themselves, by the names that apps.yaml has for it."""
SHOWS: Final = {"": "All", "findings": "With findings", "public": "With public routes"}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about an app that should not stay so, and how to mend it."""

    what: str
    fix: str


@dataclass(frozen=True, slots=True)
class Routed:
    """Requests that are one action, or public."""

    action: str
    methods: str
    pattern: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """An app as it is listed. `owner` is the title of the group that answers for it, `url` "" where it is no page."""

    app: App
    findings: tuple[Finding, ...]
    owner: str
    url: str

    @property
    def places(self) -> tuple[str, ...]:
        """Where it is: its host or address; of what is no page the hosts, those that ask, or the group."""
        if self.app.ssh is not None:
            return self.app.ssh.hosts
        if self.app.radius is not None:
            return self.app.radius.clients
        if self.app.network is not None:
            return self.app.network.to
        return (self.app.group.group,) if self.app.group is not None else (self.app.place,)

    @property
    def protocol(self) -> str:
        """How it is protected: by the gateway or a front, or it asks itself by a protocol who may come in."""
        asks = next((words for name, words in PROTOCOLS.items() if getattr(self.app, name)), "Gateway")
        return asks if self.app.id != LIMEN else ""


def routes(site: Site) -> APIRouter:
    router, rounds = APIRouter(), site.shared(rounds_of)

    @router.get("/console/apps")
    async def everything(request: Request, visit: Authorized) -> Response:
        show = query(request, "show")
        listed = [_listed(site, app) for app in sorted(site.known.apps.values(), key=lambda app: app.name.casefold())]
        if show == "findings":
            listed = [one for one in listed if one.findings]
        elif show == "public":
            listed = [one for one in listed if one.app.public]
        named, label = query(request, "q", 80).strip(), query(request, "label")
        labels = [one.word for one in Label]
        label = label if label in labels else ""
        listed = [one for one in listed if is_searched(one, named) and (not label or one.app.label.word == label)]
        return site.page(
            "console/apps.html",
            visit,
            listed=listed,
            show=show if show in SHOWS else "",
            shows=SHOWS,
            q=named,
            label_chosen=label,
            labels=labels,
        )

    @router.get("/console/apps/{app_id}")
    async def one_app(request: Request, app_id: str, visit: Authorized) -> Response:
        app = site.known.apps.get(app_id)
        if app is None:
            raise HTTPException(404)
        audit_view(site, visit, "app", app_id)
        return site.page(
            "console/app.html",
            visit,
            issuer=site.origin,
            one=_listed(site, app),
            app=app,
            routes=routes_of(app),
            fallback=fallback_of(app),
            told=told_about(site, app),
            previews=await site.in_thread(lambda: people_of(site, app, visit.now)) if app.id != LIMEN else [],
            rows=recent_rows(site, Filter(app=app.id), 15),
            transit=[one for one in rounds.findings if (one.name, one.where) == (IN_TRANSIT, app.id)],
            examined_at=rounds.ended_at,
            tokens=await shown(site, app=app.id),
            done=DONE.get(query(request, "done"), ""),
            **what_if_choices(site),
        )

    return router


def is_searched(one: Listed, named: str) -> bool:
    """Whether what was typed is in its name, host, description, or the title of the group that answers for it."""
    places = " ".join(one.places)
    return named.casefold() in f"{one.app.name} {places} {one.app.description} {one.owner}".casefold()


def findings_of(app: App) -> tuple[Finding, ...]:
    """What is seen from the app's own description."""
    found = []
    if is_plain_http(app.upstream.url) and app.upstream.plain_text_why:
        found.append(Finding("Connection not encrypted, for a reason that is stated", app.upstream.plain_text_why))
    elif is_plain_http(app.upstream.url):
        fix = "Anyone on the network path can read the traffic. Set up https for the app and use that as its upstream."
        found.append(Finding("Connection not encrypted", fix))
    if app.opts_in_encoded_paths:
        fix = "Limen evaluates every reading of such a path and applies the strictest. Remove encoded_paths if you can."
        found.append(Finding("Accepts encoded paths", fix))
    if "*" in app.cors.origins:
        found.append(Finding("Any website may call it", "List the allowed origins under cors."))
    return tuple(found)


def routes_of(app: App) -> list[Routed]:
    """Public routes first, then the actions from the strictest to the mildest."""
    public = [Routed("public", _methods(r.methods), r.pattern, r.why) for r in app.public]
    rules = sorted(app.rules, key=lambda rule: (-ACTIONS.index(rule.action), rule.pattern))
    return public + [Routed(rule.action, _methods(rule.methods), rule.pattern) for rule in rules]


def fallback_of(app: App) -> str:
    """What a request is that no rule matches: the strictest action that the rules name."""
    return max((rule.action for rule in app.rules), key=ACTIONS.index, default="administer")


def _methods(methods: frozenset[str]) -> str:
    return " ".join(sorted(methods)) or "any method"


def _listed(site: Site, app: App) -> Listed:
    owner = site.known.groups.get(app.owner, Group(app.owner))
    url = "/" if app.id == LIMEN else site.app_url(app, app.start) if app.place else ""
    return Listed(app, findings_of(app), owner.title or owner.id, url)
