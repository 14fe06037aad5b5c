"""Enforcement put together: what answers requests, each by its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from limen.admission import Admission, Limits
from limen.admission.descriptors import raise_limit
from limen.browser_state import BrowserStates
from limen.enforcement import traffic_store
from limen.enforcement.addresses import UntrustedProxies, is_plain_http
from limen.enforcement.app_login import AppLoginRoutes, AppLogins
from limen.enforcement.assertion import Assertions
from limen.enforcement.brokered import store as brokered_store
from limen.enforcement.brokered.accounts import BrokeredAccounts
from limen.enforcement.browser_keys import BrowserKeys
from limen.enforcement.certified_browsers import CertifiedBrowsers
from limen.enforcement.check import CheckServer
from limen.enforcement.decision_point import DecisionPoint
from limen.enforcement.documents.guard import DocumentGuard
from limen.enforcement.gateway import Gateway
from limen.enforcement.store import keep_signing_keys
from limen.enforcement.upstreams import Upstreams
from limen.facts import App, SessionState
from limen.http_bodies.spool import Budget
from limen.pillar import AppSessions, BrowserSessions, Core, Figure
from limen.pillar.data_checks import DataChecks

_DOCUMENTS: Final = "documents that pass"
"""The purpose of the key by which documents that were stopped are known again."""


@dataclass(frozen=True, slots=True)
class EnforcementServices:
    """What enforcement does. `hops` are the proxies near us that are not trusted to name their clients."""

    doors: DecisionPoint
    said: Assertions
    app_logins: AppLogins
    browser_keys: BrowserKeys
    gateway: Gateway
    check: CheckServer
    hops: UntrustedProxies
    admission: Admission
    brokered: BrokeredAccounts
    core: Core

    def figures(self) -> Iterable[Figure]:
        """How much each listener holds, what it has turned away, and how apps are reached."""
        reached = Counter(_way_to(app) for app in self.core.known.apps.values() if app.upstream.url)
        for way in ("encrypted", "this-machine", "plain-text"):
            yield Figure("limen_upstreams", "Apps by the way that the gateway reaches them", reached[way], {"way": way})
        for name, listener in self.admission.listeners.items():
            of = {"listener": name}
            yield Figure("limen_connections", "Open connections", len(listener.open), of)
            yield Figure(
                "limen_connections_of_strangers",
                "Open connections of clients that are not signed in",
                len(listener.strangers),
                of,
            )
            for why, number in listener.refused.items():
                yield Figure(
                    "limen_connections_refused", "Connections refused since the start", number, {**of, "why": why}
                )

    def ask_about_documents(self, checks: DataChecks) -> None:
        """Have the gateway ask these about each document that passes, from now on."""
        key = self.core.keyring.key_for(_DOCUMENTS)
        budget = Budget(folder=self.core.root / self.core.settings.storage.data)
        self.gateway.guard = DocumentGuard(
            checks,
            self.core.database.kept_briefly,
            key,
            budget,
            names_documents=lambda: self.core.engine().names_documents,
        )

    async def forget_brokered(self) -> None:
        """Let go of sessions at vendors whose person is signed in no more, and sign them out there."""
        known, now = self.core.known, self.core.clock.now()

        def lives(session_id: str) -> bool:
            found = known.issued(session_id)  # a sign-in, or a program's token
            return found is not None and known.session_state(found, found.app, now) is SessionState.LIVE

        await self.brokered.forget(lives, known.apps)

    async def keep_observed(self) -> None:
        """Write down what only memory holds of apps in onboarding."""
        known, now = self.core.known, self.core.clock.now()
        await traffic_store.keep_up(self.doors.traffic, known.apps, known.people, self.core.database, now)

    async def close(self) -> None:
        try:
            await self.keep_observed()
        finally:
            await self.gateway.close()


def _way_to(app: App) -> str:
    if app.upstream.url.startswith("https:"):
        return "encrypted"
    return "plain-text" if is_plain_http(app.upstream.url) else "this-machine"


async def build(core: Core) -> EnforcementServices:
    """All of enforcement. Identity's sessions must be offered, and the facts must stand."""
    settings, clock = core.settings, core.clock
    doors, sessions = core.offers.take(DecisionPoint), core.offers.take(AppSessions)
    keys = await core.database.writing(lambda transaction: keep_signing_keys(transaction, core.keyring, clock.now()))
    await core.database.reading(lambda snapshot: traffic_store.load(doors.traffic, snapshot))
    said = Assertions(public_url=settings.public_url, clock=clock, keys=keys)
    url, trusted = settings.public_url, settings.listen.trusted_proxies
    certificate_domain = settings.listen.certificate_domain
    own_ties, states = doors.tied.ties, core.offers.take(BrowserStates)
    app_logins = AppLogins(states=states, public_url=url)
    browser_keys = BrowserKeys(states, own_ties, core.offers.take(BrowserSessions), clock)
    app_login_routes = AppLoginRoutes(
        doors=doors,
        app_logins=app_logins,
        keys=said,
        sessions=sessions,
        public_url=url,
        browser_keys=browser_keys,
    )
    limits = Limits.within(raise_limit())
    admission = Admission(limits)
    fronts = limits.of_the_fronts
    asking = admission.listener("check", connections=fronts, of_a_source=fronts, owned=fronts)
    upstreams = Upstreams()

    def secret_of(app: App) -> brokered_store.Secret:
        return core.database.read(lambda it: brokered_store.secret_of(it.connection, core.keyring, app))

    brokered = BrokeredAccounts(upstreams, clock, core.journal.record, secret_of, core.database.kept_briefly)
    core.feed.on(
        brokered_store.CHANGED, lambda _snapshot, app_id: app_id, lambda _key, app_id: brokered.secret_changed(app_id)
    )
    return EnforcementServices(
        doors=doors,
        said=said,
        app_logins=app_logins,
        browser_keys=browser_keys,
        gateway=Gateway(
            doors=doors,
            identity=said,
            app_login_routes=app_login_routes,
            public_url=url,
            trusted=trusted,
            certificate_domain=certificate_domain,
            certified=CertifiedBrowsers(states, own_ties, clock, url),
            upstreams=upstreams,
            brokered=brokered,
        ),
        check=CheckServer(
            doors=doors,
            identity=said,
            public_url=url,
            trusted=trusted,
            listener=asking,
            certificate_domain=certificate_domain,
        ),
        hops=UntrustedProxies(trusted),
        admission=admission,
        brokered=brokered,
        core=core,
    )
