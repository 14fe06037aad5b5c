"""The evidence of this phase, read from a whole Limen in which things happened."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from tests.roadmap.harbor import app, logging
from tests.web.conftest import House, move_in

from limen.clock import DAY, SetClock
from limen.company.places import events_folder
from limen.enforcement.brokered import store as secrets
from limen.events import Event
from limen.facts import LIMEN, BrokeredAccount
from limen.identity.sources import store as said_by_sources
from limen.identity.sources.store import Run
from limen.monitor.monitor_rules import LogSource, Way
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.stored import COLUMNS
from limen.roadmap.counted.reading import counted
from limen.roadmap.counted.shelf import Shelf
from limen.roadmap.identity.evidence import IdentityEvidence
from limen.roadmap.identity.imported import Imported
from limen.roadmap.identity.providers import no_log
from limen.roadmap.identity.reading import identity_evidence
from limen.roadmap.looking import RoadmapJob
from limen.roadmap.sources import Sources
from limen.storage.event_store import EventStore


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await move_in(closing, tmp_path / "harbor")


def sources(house: House) -> Sources:
    return RoadmapJob(house.limen.core).sources(house.clock.now())


def read(house: House, at: Sources | None = None) -> IdentityEvidence:
    at = at or sources(house)
    return identity_evidence(at, counted(at.reader, at.now, Shelf(at.database)), lambda: None)


async def test_people_sign_ins_decisions_and_departures_are_read(harbor: House) -> None:
    ada = harbor.browser()
    await harbor.administrator(ada)
    ben_id = await harbor.member(harbor.browser(), "Ben", "staff")
    ada_id = next(one for one in harbor.limen.known.people if one != ben_id)
    assert (await ada.get("/console")).status_code == 200
    await harbor.limen.identity.people.deactivate(ben_id, by=ada_id)
    await harbor.limen.journal.settled()
    harbor.limen.journal.flush()
    found = read(harbor)
    assert found.passkeys == {ada_id: 1, ben_id: 1}
    assert found.sign_ins is not None
    assert found.decided is not None
    assert found.decided.is_whole
    assert (LIMEN, 3) in found.decided.permits
    assert found.departures is not None
    assert [one.departure.person for one in found.departures] == [ben_id]
    assert found.held is not None
    assert {one.person.id for one in found.held.members} == {ada_id, ben_id}
    assert (found.imported, found.glass, found.brokered) == ((), (), ())


async def test_a_source_of_people_was_read_when_it_last_came_to_an_end(harbor: House) -> None:
    (declared,) = read(harbor).sources
    assert (declared.id, declared.read_at) == ("entra", 0)
    now = harbor.clock.now()
    for run in (Run("r1", "entra", now - 9, now - 8, {}), Run("r2", "entra", now - 2, now - 1, {}, "no answer")):
        harbor.limen.database.write(lambda t, run=run: said_by_sources.save_run(t.connection, run))
    assert read(harbor).sources[0].read_at == now - 8


async def test_each_opening_of_break_glass_is_read_and_no_end_of_one(harbor: House) -> None:
    now = harbor.clock.now()
    for number, reason in enumerate(("opened", "ended", "opened")):
        said = Event(at=now - number, kind="break_glass.used", actor="p_1", subject="p_1", reason=reason)
        harbor.limen.journal.break_glass(said)
    old = Event(at=now - 91 * DAY, kind="break_glass.used", actor="p_1", subject="p_1", reason="opened")
    harbor.limen.journal.break_glass(old)
    harbor.limen.journal.flush()
    glass = read(harbor).glass
    assert glass is not None
    assert sorted((one.at - now, one.person_id, one.alerted_at) for one in glass) == [(-2, "p_1", 0), (0, "p_1", 0)]


async def test_shared_accounts_are_those_of_the_company_with_who_used_them(harbor: House) -> None:
    bank = replace(app("bank"), account=BrokeredAccount(user="harbor", sign_in="/login", why="the bank gives one"))
    at = sources(harbor)
    assert at.company is not None
    at = replace(at, company=replace(at.company, apps=(bank,)))
    core, now = harbor.limen.core, harbor.clock.now()
    await core.write(lambda t: secrets.keep(t.connection, core.keyring, bank, "a long secret", now))
    for actor, name in (("p_1", "bank"), ("p_1", "bank"), ("p_1", "other")):
        core.journal.record(Event(at=now, kind="brokered.signed_in", actor=actor, subject=actor, details={"app": name}))
    core.journal.flush()
    brokered = read(harbor, at).brokered
    assert brokered is not None
    assert [(one.app, dict(one.used_by), one.is_stored) for one in brokered] == [("bank", {"p_1": 2}, True)]


SIGNED_IN = {"class_uid": 3002, "activity_id": 1, "status_id": 1, "mfa": 2, "source": "logs", "user": "ada"}


def keep_sign_ins(house: House, *found: tuple[str, str, int]) -> None:
    """Strong sign-ins of a product at an app, at an instant, as events are kept."""
    folder = events_folder(house.limen.core.root, house.limen.core.settings)
    store = EventStore.open(folder, columns=COLUMNS, keys=(b"k" * 32,), clock=SetClock(house.clock.now()))
    events = [
        NormalEvent(uid=f"e{number}", at=at, received_at=at, product=product, app=name, **SIGNED_IN)
        for number, (product, name, at) in enumerate(found)
    ]
    store.append([msgspec.json.encode(one) for one in events])
    store.seal()
    store.close()


def with_logs(house: House, **logs: LogSource) -> Sources:
    at = sources(house)
    assert at.company is not None
    return replace(at, company=logging(at.company, **logs))


async def test_a_log_that_is_declared_and_tells_nothing_is_missed(harbor: House) -> None:
    found = read(harbor, with_logs(harbor, okta=LogSource("okta", Way.ASKED))).imported
    assert [(one.provider, one.total, bool(one.missing)) for one in found] == [("okta", 0, True)]


async def test_each_provider_is_told_of_by_its_own_log_alone(harbor: House) -> None:
    now = harbor.clock.now()
    keep_sign_ins(harbor, ("azure", "Mail", now - DAY), ("azure", "", now - DAY), ("okta", "Wiki", now - 80 * DAY))
    logs = {
        "entra": LogSource("json", Way.HTTP, products=("entra",)),
        "okta": LogSource("json", Way.HTTP, products=("okta",)),
    }
    azure, okta = read(harbor, with_logs(harbor, **logs)).imported
    assert azure == Imported("azure", 2, apps={"Mail": 0, "": 0})
    assert (okta.provider, okta.total, bool(okta.missing)) == ("okta", 0, True)


async def test_a_provider_whose_log_was_disconnected_is_known_by_what_it_said(harbor: House) -> None:
    now = harbor.clock.now()
    keep_sign_ins(harbor, ("azure", "Mail", now - DAY), ("okta", "Wiki", now - 80 * DAY))
    found = read(harbor, with_logs(harbor)).imported
    assert found == tuple(Imported(one, missing=no_log(one)) for one in ("azure", "okta"))
