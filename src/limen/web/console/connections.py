"""How Limen's connections do: where people come from and sign in, accounts at apps, keys, workloads, nodes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from fastapi import APIRouter
from starlette.responses import Response

from limen.clock import DAY, SECOND, Instant
from limen.identity.sources.people_sources import SourceNow
from limen.identity.workloads import listed as listed_workloads
from limen.sso.provisioning.apps import ProvisionedApps
from limen.sso.provisioning.listing import ListedApp, listed as listed_apps
from limen.sso.saml.identity_provider import IdentityProvider
from limen.sso.upstream.flow import Upstreams
from limen.web.console import shared_accounts
from limen.web.console.people_sources import AT as SOURCES
from limen.web.console.workers import AT as WORKERS, missing_nodes
from limen.web.console.workloads import AT as WORKLOADS
from limen.web.page import Menu, Page
from limen.web.permissions import READ
from limen.web.site import Site
from limen.web.sso.issuers import AT as ISSUERS, WRONG
from limen.web.sso.keys import AT as KEYS
from limen.web.sso.provisioning import AT as PROVISIONING
from limen.web.visit import Authorized

AT: Final = "/console/connections"
_ICON: Final = "M3 12h4l2-6 4 12 2-6h6"
PAGES: Final = (
    Page(AT, "Connections", READ, Menu("Watch", 45, _ICON), hint="health, federation, provisioning, certificates"),
)
SOON: Final = 30 * DAY
"""What ends within this is told."""


@dataclass(frozen=True, slots=True)
class Connection:
    """One thing that is connected. `ill` says what is wrong with it ("": nothing), `is_grave` that it does not work;
    `href` is where it is looked after.
    """

    part: str
    name: str
    href: str
    ill: str = ""
    is_grave: bool = False


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get(AT)
    async def look(visit: Authorized) -> Response:
        found = [one async for one in connections(site, visit.now)]
        ill = sorted((one for one in found if one.ill), key=lambda one: not one.is_grave)
        return site.page("console/connections.html", visit, ill=ill, well=[one for one in found if not one.ill])

    return router


async def connections(site: Site, now: Instant) -> AsyncIterator[Connection]:
    """Everything that is connected, part by part."""
    for source in await site.identity.sources.overview():
        yield _of_source(source)
    if (upstreams := site.ports.offers.find(Upstreams)) is not None:
        for issuer in upstreams.all():
            health, _ = upstreams.health(issuer)
            word = "" if health.is_well else WRONG.get(health.word, health.word)
            refused = "it answers, and the newest sign-in was refused" if health.is_refused else ""
            yield Connection("Sign-in service", issuer.name, f"{ISSUERS}#{issuer.id}", word or refused, bool(word))
    if (provisioned := site.ports.offers.find(ProvisionedApps)) is not None:
        known = provisioned.known()
        for app in await site.ports.database.reading(lambda snapshot: listed_apps(snapshot, known)):
            yield _of_app(site, app)
    for account in await shared_accounts.accounts_now(site, now):
        ill = "" if account.of.stored_at else "no secret is stored, so nobody is signed in there"
        due = "its secret is due to be changed" if account.is_due else ""
        href = f"{shared_accounts.AT}#{account.of.app.id}"
        yield Connection("Shared account", account.of.app.name, href, ill or due, bool(ill))
    if (by_saml := site.ports.offers.find(IdentityProvider)) is not None:
        for key in by_saml.keys.every:
            yield Connection("SAML certificate", key.id[:12], KEYS, *_ends(_not_after(key.certificate), now))
    for each in await site.ports.database.reading(listed_workloads):
        if each.workload.active:
            yield Connection("Workload", each.workload.name, WORKLOADS, *_ends(each.workload.expires_at, now))
    for name, is_missing in await missing_nodes(site):
        yield Connection("Node", name, f"{WORKERS}#nodes", "it is missing" if is_missing else "", is_missing)


def _of_source(now: SourceNow) -> Connection:
    href, said = f"{SOURCES}#{now.source.id}", ""
    last = now.runs[0] if now.runs else None
    if now.is_stopped:
        said = "it stopped, and waits for an answer before it takes access"
    elif last is not None and last.failed:
        said = "its last run failed"
    is_grave = bool(said)
    waits = now.counts.get("waits", 0)
    if not said and waits:
        said = f"{waits} of its records wait for an answer"
    return Connection("Source of people", now.source.title, href, said, is_grave)


def _of_app(site: Site, one: ListedApp) -> Connection:
    name = site.known.apps[one.app].name if one.app in site.known.apps else one.app
    said, is_grave = "", False
    if one.wrong:
        said, is_grave = f"{len(one.wrong)} accounts could not be brought to what they should be", True
    elif one.state.trouble or one.state.error:
        said, is_grave = "it does not answer as it should", True
    elif one.asking:
        said = f"{one.asking} accounts wait for an answer"
    elif one.differences:
        said = f"{len(one.differences)} accounts differ"
    return Connection("Accounts at an app", name, PROVISIONING, said, is_grave)


def _ends(at: Instant, now: Instant) -> tuple[str, bool]:
    """What is to be said of an end at this instant (0: there is none), and whether it has come."""
    if not at or at > now + SOON:
        return "", False
    if at <= now:
        return "it has expired", True
    days = (at - now) // DAY
    return f"it expires within {days + 1} {'day' if not days else 'days'}", False


def _not_after(certificate: str | bytes) -> Instant:
    pem = certificate.encode() if isinstance(certificate, str) else certificate
    return int(x509.load_pem_x509_certificate(pem).not_valid_after_utc.timestamp()) * SECOND
