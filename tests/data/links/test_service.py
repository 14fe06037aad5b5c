"""Links in a whole Limen: a site is looked at, its maker is asked, says why, and an administrator undoes it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.data.links.linked import ANYONE, CARDS, VERA, WHERE
from tests.emulators.graph_drives import CLIENT, DRIVE, TENANT, GraphDrive, graph_drive
from tests.web.conftest import House, move_in

from limen.clock import DAY, MINUTE
from limen.connectors.vendor_client import VendorClient
from limen.data.findings.held import HeldExceptions
from limen.data.findings.model import Finding, State
from limen.data.findings.service import Findings, Wanted
from limen.data.inventory.connecting import Walkers
from limen.data.inventory.model import NO_STORES, StatedStores, Store, item_id
from limen.data.inventory.service import keep_secret
from limen.data.links import kept_links, last_looks
from limen.data.links.service import Links
from limen.data.protection import DataProtection
from limen.enforcement.resolving import Resolver
from limen.facts import Person
from limen.identity.model import PersonStatus
from limen.identity.store import people
from limen.mail import store as mails
from limen.storage import Transaction

RULES = f"""
labels: {{restricted: {{when: [{{finds: [payment-card]}}]}}}}
rules:
  - id: cards-leave
    title: Cards leave by links
    channels: [link]
    to: outside
    when: [{{label: restricted}}]
    then: %s
stores:
  finance:
    kind: microsoft365
    where: {WHERE}
    label: confidential
    tenant: {TENANT}
    client: {CLIENT}
    inside: [harbor.example]
"""


LOOK_DUE = Links.look_due


@dataclass
class Site:
    house: House
    vendor: GraphDrive
    links: Links
    findings: Findings
    store: Store

    async def look(self) -> None:
        self.house.clock.forward(MINUTE)
        assert await self.links.watch.look(self.store)

    async def found(self) -> list[Finding]:
        self.house.limen.journal.flush()
        return (await self.findings.find(Wanted(state=""), 10))[0]

    async def state_of(self, item: str) -> str:
        """What the newest finding about a document says of its link."""
        links = await self.house.limen.core.database.reading(
            lambda s: kept_links.of_item(s.connection, "finance", item_id(f"{DRIVE}/{item}"))
        )
        return next((one.link.state.value for one in await self.found() if one.link in links), "")


@asynccontextmanager
async def site(folder: Path, step: str, patch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    patch.setattr(Links, "look_due", _nothing)  # the house's own looks for the real vendor
    async with AsyncExitStack() as closing:
        house = await move_in(closing, folder, lambda root: (root / "data.yaml").write_text(RULES % step) and None)
        vendor = await closing.enter_async_context(graph_drive())
        vendor.are_all_good = True
        core = house.limen.core
        walkers = Walkers(
            lambda origin: VendorClient(origin, Resolver),
            ("harbor.localhost",),
            microsoft_sign_in=vendor.origin,
            graph=vendor.origin,
            downloads=(".127.0.0.1",),
        )
        findings, held = core.offers.take(Findings), core.offers.take(HeldExceptions)
        links = Links(core, core.offers.take(DataProtection), findings, held, walkers)
        store = (core.known.rules_of(StatedStores) or NO_STORES).by_name["finance"]
        now = house.clock.now()
        await core.write(lambda t: keep_secret(t, core.keyring, store, "s3cret", now, by="server"))
        await core.write(lambda t: _mia(t, now))
        for name in "ABC":
            vendor.put(name, f"{name}.txt", CARDS + b" in " + name.encode())
        await links.watch.look(store)
        yield Site(house, vendor, links, findings, store)


async def _nothing(_links: Links) -> None: ...


def _mia(transaction: Transaction, now: int) -> None:
    who = Person("p_mia", "Mia Berger", "mia@harbor.example", frozenset({"staff"}), active=True)
    people.add(transaction.connection, who, PersonStatus.ACTIVE, now)
    transaction.changed("person", who.id)


async def test_its_maker_is_asked_and_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with site(tmp_path / "harbor", "warn", monkeypatch) as at:
        await _says_why(at)
        await _says_why_too_late(at)
        await _says_that_it_is_not_sensitive(at)


async def _says_why(at: Site) -> None:
    at.vendor.share("A", VERA)
    await at.look()
    (link,) = await at.links.of_person("p_mia")
    assert (link.name, link.domains, await at.state_of("A")) == ("A.txt", ("partner.example",), "waits")
    queued = await at.house.limen.core.database.reading(lambda s: mails.recent(s.connection, 5))
    assert [(one.person_id, one.about) for one in queued] == [("p_mia", link.id)]
    assert not await at.links.justify(link.event, "p_tom", "mine")
    assert not await at.links.justify(link.event, "p_mia", "  ")
    assert await at.links.justify(link.event, "p_mia", "The auditor asked")
    assert not await at.links.justify(link.event, "p_mia", "twice")
    at.house.clock.forward(2 * DAY)
    await at.look()
    assert (at.vendor.removed, await at.state_of("A"), await at.links.of_person("p_mia")) == ([], "justified", [])
    (one,) = await at.found()
    assert (one.said, one.is_through, one.person) == ("The auditor asked", True, "p_mia")
    (event,) = at.house.events("data.link_justified")
    assert "auditor" not in repr(event)
    await at.findings.decide([one.id], State.CONFIRMED, by="ada")  # and it is not all right after all
    await at.look()
    assert await at.state_of("A") == "waits"
    at.vendor.delete("A")
    await at.look()


async def _says_why_too_late(at: Site) -> None:
    at.vendor.share("B", VERA)
    await at.look()
    at.house.clock.forward(DAY)
    await at.look()
    assert at.vendor.removed == [("B", "p-vera")]
    (link,) = await at.links.of_person("p_mia")
    assert await at.links.justify(link.event, "p_mia", "The auditor asked")
    at.vendor.share("B", {**VERA, "id": "again"})
    await at.look()
    assert (len(at.vendor.removed), await at.state_of("B")) == (1, "passes")


async def _says_that_it_is_not_sensitive(at: Site) -> None:
    at.vendor.share("C", VERA)
    await at.look()
    (link,) = await at.links.of_person("p_mia")
    assert not await at.links.not_sensitive(link.event, "p_tom")
    assert await at.links.not_sensitive(link.event, "p_mia")
    at.house.clock.forward(2 * DAY)
    await at.look()
    assert (len(at.vendor.removed), await at.state_of("C")) == (1, "passes")
    (own,) = await at.findings.own_exceptions("p_mia")
    await at.findings.end_exception(own.id, by="p_mia")
    await at.look()
    assert await at.state_of("C") == "waits"


async def test_an_administrator_undoes_a_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with site(tmp_path / "harbor", "block", monkeypatch) as at:
        at.vendor.share("A", ANYONE, by="")
        await at.look()
        (one,) = await at.found()
        assert (at.vendor.removed, one.person, one.link and one.link.state) == ([("A", "link-1")], "", "removed")
        await at.findings.decide([one.id], State.NOT_SENSITIVE, by="ada")
        at.vendor.share("A", {**ANYONE, "id": "again"})
        await at.look()
        assert (len(at.vendor.removed), await at.state_of("A")) == (1, "passes")
        looked_at = (await at.links.stores())["finance"].looked_at
        assert 0 <= at.house.clock.now() - looked_at < MINUTE
        assert len(at.links.periodic) == 1
        await LOOK_DUE(at.links)
        (look,) = last_looks.read(at.house.limen.core.root / at.house.limen.core.settings.storage.data)
        assert (look.store, look.error, look.looked_at >= looked_at) == ("finance", "", True)
        await at.findings.decide([one.id], State.CONFIRMED, by="ada")
        await at.look()
        assert at.vendor.removed[1:] == [("A", "again")]
