"""Harbor whose wiki has accounts for the staff, at a real SCIM server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.scim_app import TOKEN, ScimApp
from tests.web.conftest import House

from limen.clock import Milliseconds
from limen.facts import Person
from limen.identity.membership import Membership
from limen.identity.model import PersonStatus
from limen.identity.store import people
from limen.opaque import new_id
from limen.sso.provisioning import store
from limen.sso.provisioning.apps import ProvisionedApps, keep_secret
from limen.sso.provisioning.delivery import Delivery
from limen.sso.provisioning.model import HeldAccount
from limen.sso.provisioning.reconciling import Reconciling
from limen.sso.provisioning.store import AppState, Difference
from limen.storage import Transaction

WIKI = "team-wiki"


def write(there: ScimApp, folder: Path, more: str = "") -> None:
    """Add the wiki to apps.yaml."""
    apps = folder / "apps.yaml"
    apps.write_text(
        apps.read_text()
        + f"""
- id: {WIKI}
  host: team-wiki.harbor.localhost
  upstream: http://127.0.0.1:9
  label: internal
  provision:
    url: {there.url}
    groups: [staff]
    {more}
"""
    )


@dataclass
class AtWiki:
    """`house` is Limen at work; `there` is the wiki."""

    house: House
    there: ScimApp

    @property
    def delivery(self) -> Delivery:
        return self.house.limen.core.offers.take(Delivery)

    async def connect(self) -> None:
        core = self.house.limen.core
        provision = core.offers.take(ProvisionedApps).known()[WIKI]
        now = self.house.clock.now()
        await core.write(lambda t: keep_secret(t, core.keyring, WIKI, provision, TOKEN, now, by=""))

    async def person(self, name: str, *groups: str) -> str:
        return await self.house.member(self.house.browser(), name, *(groups or ("staff",)))

    async def staff(self, *names: str) -> list[str]:
        """Active people of the staff, without the ceremony of enrolling; their IDs."""
        several = [
            Person(new_id("pe"), f"{name.title()} Lind", f"{name}@harbor.example", frozenset({"staff"}))
            for name in names
        ]

        def work(transaction: Transaction) -> None:
            for one in several:
                people.add(transaction.connection, one, PersonStatus.ACTIVE, self.house.clock.now(), "")
                transaction.changed("person", one.id)

        await self.house.limen.core.write(work)
        return [one.id for one in several]

    async def let_go(self, *ids: str) -> None:
        for one in ids:
            await self.house.limen.identity.people.deactivate(one, by="")

    async def into(self, person_id: str, *groups: str) -> None:
        await self.house.limen.identity.people.set_groups(person_id, groups, by="")

    async def into_at_once(self, ids: list[str], *groups: str) -> None:
        """All of them by one word."""

        def work(transaction: Transaction) -> None:
            for one in ids:
                Membership(transaction, self.house.clock.now(), "").set_groups(one, frozenset(groups))

        await self.house.limen.core.write(work)

    async def sent(self, after: Milliseconds = 0) -> None:
        """Everything that is due then was tried."""
        self.house.clock.forward(after)
        for _ in range(3):
            await self.delivery.keep()
            await self.delivery.settled()
        await self.house.limen.journal.settled()

    async def compared(self) -> None:
        await self.house.limen.core.offers.take(Reconciling).reconcile(WIKI)

    def accounts(self) -> dict[str, HeldAccount]:
        """By the user names there; of those that have none by whose they are."""
        held = self.house.limen.core.database.read(lambda s: store.accounts(s.connection, app=WIKI))
        return {one.user_name or one.person_id: one for one in held}

    def differences(self) -> list[Difference]:
        return self.house.limen.core.database.read(lambda s: store.differences(s.connection, WIKI))

    def state(self) -> AppState:
        states = self.house.limen.core.database.read(lambda s: store.app_states(s.connection))
        return states.get(WIKI, AppState(WIKI))

    def active(self) -> set[str]:
        """Who can get in at the wiki, whatever Limen believes."""
        return {name.removesuffix("@harbor.example") for name, one in self.there.users.items() if one.active}

    def said(self, *kinds: str) -> list[tuple[str, str]]:
        """Events of the family, the oldest first, and whom they are about."""
        self.house.limen.journal.flush()
        found = self.house.limen.journal.recent(2_000, lambda event: event.kind.startswith("provision."))
        named = [(event.kind.removeprefix("provision."), event.subject) for event in reversed(found)]
        return [one for one in named if not kinds or one[0] in kinds]
