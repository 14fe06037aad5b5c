"""Harbor whose domain administrators are a group of a real slapd, and people who are put into it by a grant."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent

import pytest
from tests import slapd
from tests.real_parts import need
from tests.slapd import BASE, DOMAIN_ADMINS, KEEPER, LIMEN, SECRET, Slapd
from tests.web.conftest import House, move_in

from limen.access.membership import store
from limen.access.membership.directories import Directories, keep_secret
from limen.access.membership.keeper import Keeper
from limen.access.membership.reconciling import Reconciling
from limen.access.membership.store import Membership, Stranger
from limen.access.model import HeldGrant
from limen.access.occasion import CHANGED
from limen.access.projection import GrantsHeld
from limen.access.store import add_grant, end_grant
from limen.clock import HOUR, Milliseconds
from limen.opaque import new_id
from limen.storage import Transaction

APP = "domain-admins"
RULE = f"""  - name: domain-admins
    apps: [{APP}]
    actions: [elevate]
    ask: [staff]
    approve: {{owner: true}}
"""


def write(there: Slapd, folder: Path, *, exclusive: bool = False) -> None:
    """Add the directory to access.yaml, and its group to apps.yaml."""
    apps, access = folder / "apps.yaml", folder / "access.yaml"
    apps.write_text(
        apps.read_text()
        + f"""
- id: {APP}
  label: confidential
  owner: engineering
  protocol: group
  group:
    directory: office
    group: "{DOMAIN_ADMINS}"
    standing: ["{KEEPER}"]
    exclusive: {str(exclusive).lower()}
"""
    )
    access.write_text(
        access.read_text().replace("rules:\n", f"rules:\n{RULE}", 1)
        + f"""
directories:
  office:
    kind: ldap
    url: {there.url}
    client: "{LIMEN}"
    base: "{BASE}"
    trust: |
{indent(there.trust, "      ")}
"""
    )


@dataclass
class AtSlapd:
    """`house` is Limen at work; `there` is the directory."""

    house: House
    there: Slapd

    @property
    def keeper(self) -> Keeper:
        return self.house.limen.core.offers.take(Keeper)

    @property
    def directories(self) -> Directories:
        return self.house.limen.core.offers.take(Directories)

    async def person(self, name: str) -> tuple[str, str]:
        """Somebody of the staff with an account there: their id, and its name."""
        person_id = await self.house.member(self.house.browser(), name, "staff", "engineering")
        email = self.house.limen.known.people[person_id].email
        return person_id, self.there.add_person(name.lower(), f"{name} Lind", email)

    async def granted(self, person_id: str, lasts: Milliseconds = HOUR, app: str = APP) -> str:
        """A grant that somebody approved; its id."""
        now = self.house.clock.now()
        grant = HeldGrant(
            id=new_id("gr"),
            request_id=new_id("rq"),
            person_id=person_id,
            app=app,
            actions=("elevate",),
            since=now,
            until=now + lasts,
            rule="a-test",
            approvers=(),
            asked_as=("staff",),
            device_id="",
        )

        def work(transaction: Transaction) -> None:
            add_grant(transaction.connection, grant)
            transaction.changed(CHANGED, person_id)

        await self.house.limen.core.write(work)
        assert grant.id in {one.id for one in self.house.limen.core.offers.take(GrantsHeld).live(app)}
        return grant.id

    async def revoked(self, person_id: str, grant_id: str) -> None:
        def work(transaction: Transaction) -> None:
            end_grant(transaction.connection, grant_id, self.house.clock.now(), "", "a test")
            transaction.changed(CHANGED, person_id)

        await self.house.limen.core.write(work)

    async def kept(self) -> None:
        """One turn of the keeper, whole."""
        await self.keeper.keep()
        await self.keeper.settled()

    async def reconciled(self) -> None:
        offered = self.house.limen.core.offers.take(Reconciling)
        await offered.reconcile("office", self.directories.known()["office"])

    async def asked_once(self) -> None:
        """The turn with which the house begins by itself is over, so that no other is held up by it."""

        def is_over() -> bool:
            states = self.house.limen.core.database.read(lambda snapshot: store.ASKED.states(snapshot.connection))
            return "office" in states and states["office"].busy_until <= self.house.clock.now()

        for _ in range(500):
            if is_over():
                return
            await asyncio.sleep(0.02)
        raise AssertionError("the directory was not asked")

    def memberships(self) -> list[Membership]:
        return self.house.limen.core.database.read(lambda snapshot: store.memberships(snapshot.connection))

    def strangers(self) -> list[Stranger]:
        return self.house.limen.core.database.read(lambda snapshot: store.strangers(snapshot.connection))

    def said(self, *kinds: str) -> list[tuple[str, str]]:
        """The kinds that were said about groups, and of whom."""
        return [(kind, event.subject) for kind in kinds for event in self.house.events(f"directory.{kind}")]


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Slapd]:
    need(slapd.has_slapd(), "slapd is not installed")
    with slapd.running(tmp_path / "slapd") as running:
        yield running


async def opened(closing: AsyncExitStack, there: Slapd, folder: Path, *, exclusive: bool = False) -> AtSlapd:
    house = await move_in(closing, folder, lambda folder: write(there, folder, exclusive=exclusive))
    at = AtSlapd(house, there)
    directory, keyring = at.directories.known()["office"], house.limen.core.keyring
    await house.limen.core.write(
        lambda t: keep_secret(t, keyring, "office", directory, SECRET, house.clock.now(), by="")
    )
    await at.asked_once()
    return at


@pytest.fixture
async def office(there: Slapd, tmp_path: Path) -> AsyncIterator[AtSlapd]:
    async with AsyncExitStack() as closing:
        yield await opened(closing, there, tmp_path / "harbor")


def secret_is_nowhere(folder: Path) -> bool:
    """Whether slapd's secret stands in no file of a folder as it is."""
    return not any(
        re.search(re.escape(SECRET).encode(), one.read_bytes()) for one in folder.rglob("*") if one.is_file()
    )
