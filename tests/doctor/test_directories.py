"""The doctor looks at directories over a real slapd, with Limen at work and with Limen stopped."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.access.membership.at_slapd import AtSlapd, office, there
from tests.doctor.scene import outside, setup
from tests.slapd import BASE, DOMAIN_ADMINS

from limen.clock import HOUR, MINUTE, Instant, SystemClock
from limen.doctor import directories as looking
from limen.doctor.directories import directories
from limen.doctor.setup import Setup
from limen.finding import Finding, State

__all__ = ["office", "there"]


def of(at: AtSlapd, own_pid: int | None = 1) -> Setup:
    core = at.house.limen.core
    return Setup(core.root, core.settings, tuple(core.known.apps.values()), outside(), own_pid)


def told(findings: list[Finding]) -> list[tuple[str, State]]:
    return [(one.where, one.state) for one in findings]


@pytest.fixture(autouse=True)
def at_that_time(office: AtSlapd, monkeypatch: pytest.MonkeyPatch) -> None:
    class Then(SystemClock):
        def now(self) -> Instant:
            return office.house.clock.now()

    monkeypatch.setattr(looking, "SystemClock", Then)


async def test_where_nobody_is_put_into_groups_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    assert [one.state for one in await directories(setup(tmp_path))] == [State.SKIPPED]


async def test_one_that_answers_one_that_is_away_and_one_that_is_asked_no_more(office: AtSlapd) -> None:
    await office.reconciled()
    assert told(await directories(of(office))) == [("office", State.OK)]
    office.house.clock.forward(HOUR)
    assert told(await directories(of(office))) == [("office", State.WARNING)]
    assert told(await directories(of(office, own_pid=None))) == [("office", State.OK)]
    office.there.stop()
    await office.reconciled()
    assert told(await directories(of(office))) == [("office", State.WRONG)]


async def test_who_is_in_past_the_end_and_who_is_in_without_a_grant(office: AtSlapd) -> None:
    oscar, _ = await office.person("Oscar")
    await office.granted(oscar, MINUTE)
    await office.kept()
    await office.reconciled()
    assert told(await directories(of(office))) == [("office", State.OK)]
    stopped = told(await directories(of(office, own_pid=None)))
    assert stopped == [(DOMAIN_ADMINS, State.WARNING)], "nothing but Limen ends it"
    office.house.clock.forward(2 * MINUTE)
    assert told(await directories(of(office, own_pid=None)))[0] == (DOMAIN_ADMINS, State.WRONG)
    await office.kept()
    office.there.change(DOMAIN_ADMINS, "MODIFY_ADD", f"uid=eve,{BASE}")
    await office.reconciled()
    assert told(await directories(of(office))) == [(DOMAIN_ADMINS, State.WARNING)]


async def test_what_a_directory_did_not_do_is_named_though_it_answers_by_now(office: AtSlapd) -> None:
    oscar, _ = await office.person("Oscar")
    await office.granted(oscar, HOUR)
    office.there.stop()
    await office.kept()
    office.there.start()
    await office.reconciled()
    assert told(await directories(of(office))) == [(DOMAIN_ADMINS, State.WRONG)]
