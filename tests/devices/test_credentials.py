"""What ends devices and tokens, for each cause there is."""

from __future__ import annotations

import pytest
from tests.devices.laptops import Ida, devices_of, new_agent
from tests.devices.software_agent import SoftwareAgent
from tests.devices.sources.told import GOOD, PUSH, push, put_rules, token_for, told
from tests.web.conftest import House

from limen.credentials import Cause, Ending, Stays
from limen.devices import store
from limen.devices.compliance import judge
from limen.devices.credentials import CREDENTIALS
from limen.devices.model import State
from limen.devices.sources import store as sources
from limen.facts.device_rules import DeviceRules
from limen.storage import Transaction


async def end(house: House, ida: Ida, cause: Cause) -> None:
    ending = Ending(cause=cause, now=house.clock.now(), holder="" if cause is Cause.RESTORED else ida.id)

    def work(transaction: Transaction) -> int:
        for kind in CREDENTIALS:
            how = kind.how(cause)
            if not isinstance(how, Stays):
                how(transaction, ending)
        return transaction.changed_seq

    await house.limen.core.feed.settled(await house.limen.database.writing(work))


@pytest.mark.parametrize(
    ("cause", "state"),
    [
        (Cause.DEACTIVATED, State.RETIRED),
        (Cause.STOLEN, State.QUARANTINED),
        (Cause.MOVED, State.ACTIVE),
        (Cause.SIGNED_OUT, State.ACTIVE),
        (Cause.LOST, State.ACTIVE),
        (Cause.ERASED, None),
    ],
)
async def test_a_device_ends_as_its_owner_does(
    harbor: House, ida: Ida, laptop: SoftwareAgent, cause: Cause, state: State | None
) -> None:
    await end(harbor, ida, cause)
    kept = [one.state for one in devices_of(harbor).all()]
    assert kept == ([] if state is None else [state])
    assert (laptop.device in harbor.limen.core.known.devices) is (state is State.ACTIVE)


@pytest.mark.parametrize("cause", [one for one in Cause if one is not Cause.MOVED])
async def test_a_token_ends(harbor: House, ida: Ida, cause: Cause) -> None:
    token = await devices_of(harbor).token(ida.id, by="server")
    await end(harbor, ida, cause)
    agent = new_agent(harbor)
    begun = await agent.begin(token)
    assert (await agent.finish(begun.json()["enrolment"])).status_code == 403


async def test_after_a_restore_nothing_counts_that_was_reported_before(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    await end(harbor, ida, Cause.RESTORED)
    held = harbor.limen.database.read(lambda snapshot: store.held(snapshot.connection, laptop.device))
    assert held is not None
    kept = held.posture
    assert (kept.at, kept.seq, kept.failing_since) == (0, laptop.seq, {})
    assert judge(DeviceRules(), "linux", kept, harbor.clock.now()).compliance == "unknown"


async def test_after_a_restore_no_source_is_known_by_an_old_token(harbor: House, ida: Ida) -> None:
    put_rules(harbor, mdm=PUSH)
    token = token_for(harbor, "mdm")
    assert (await push(harbor, token, told(harbor, checks=GOOD))).status_code == 200
    await end(harbor, ida, Cause.RESTORED)
    assert (await push(harbor, token, told(harbor))).status_code == 401
    (kept,) = harbor.limen.database.read(lambda snapshot: sources.all_records(snapshot.connection))
    assert (kept.record.seen_at, set(kept.record.checks)) == (0, set(GOOD))
