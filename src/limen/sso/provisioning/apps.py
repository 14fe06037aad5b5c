"""The apps that Limen keeps accounts in, and how each is asked, with the token that was stored for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from limen.clock import Instant
from limen.connectors.scim.client import ScimApp
from limen.connectors.turns import BrokenOffError
from limen.connectors.vendor_client import VendorClient
from limen.events import Event
from limen.facts.provision import Provision
from limen.pillar import Core
from limen.sso.provisioning import store
from limen.storage import Keyring, Transaction

LACKS: Final = "no token is stored for it and its address: `limen provision connect` stores one"
UNKNOWN: Final = "apps.yaml does not say any more where its SCIM is"


class ProvisionedApps:
    """Used on the event loop. `client` makes a client for an address, which asks once and does not wait."""

    def __init__(self, core: Core, client: Callable[[str], VendorClient]) -> None:
        self._core = core
        self._client = client

    def known(self) -> dict[str, Provision]:
        """By the apps' IDs, as the revision in force has them."""
        return {app.id: app.provision for app in self._core.known.apps.values() if app.provision is not None}

    def today(self) -> str:
        """The day in the company's time zone, as 2026-12-01."""
        return self._core.engine().calendar.day(self._core.clock.now())

    async def write(self, work: Callable[[Transaction], object]) -> None:
        """Do something about accounts in one transaction, and return when it is kept."""
        await self._core.write(work)

    def name(self, app: str) -> str:
        found = self._core.known.apps.get(app)
        return found.name if found is not None else app

    @asynccontextmanager
    async def opened(self, app: str) -> AsyncIterator[ScimApp]:
        """A client of this app. Raises BrokenOffError."""
        provision = self.known().get(app)
        if provision is None:
            raise BrokenOffError(UNKNOWN)
        secret = await self._core.database.reading(
            lambda snapshot: store.ASKED.secret_of(snapshot.connection, self._core.keyring, app, provision.url)
        )
        if not secret:
            raise BrokenOffError(LACKS)
        http = self._client(provision.url)
        try:
            yield ScimApp(http, secret)
        finally:
            await http.close()


def keep_secret(
    transaction: Transaction, keyring: Keyring, app: str, provision: Provision, secret: str, now: Instant, *, by: str
) -> None:
    """Keep the token by which Limen keeps accounts at an app; what waited for it is tried at once."""
    store.ASKED.keep_secret(transaction.connection, keyring, app, provision.url, secret)
    store.set_app(transaction.connection, app, quiet_until=0)
    store.make_due(transaction.connection, now, app=app)
    transaction.say(Event(at=now, kind="provision.secret_kept", actor=by, details={"app": app}))
