"""Attacks by way of probes: whoever took a canary over hides behind what Limen asked it, or tells what is not so."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.network.firewalls.test_service import enrolled
from tests.network.firewalls.test_telling import kept
from tests.network.probes.asking import asked, canary, firewalls, number_of, probing, tell
from tests.network.probes.canaries import CANARY, DB, VAULT
from tests.waiting import until
from tests.web.access.test_ssh_hosts import send
from tests.web.conftest import House, move_in

from limen.clock import MINUTE, SECOND
from limen.network.firewalls.crossings import NO_FLOW, PROBE, Denied
from limen.network.firewalls.store import EnrolledFirewall
from limen.network.firewalls.telling import NOT_ASKED, Tells
from limen.network.probes.asked import MOST_PACKETS

CORE = EnrolledFirewall("fw_core", "core", b"", 0)
UNSOUND = "network.firewall_unsound"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await move_in(closing, tmp_path / "harbor")


async def told(house: House, monkeypatch: pytest.MonkeyPatch, *packets: tuple[str, int, int]) -> list[tuple[Any, ...]]:
    """What monitoring hears of packets (from where, to which port of the vault, how many) that the core denied."""
    records = kept(house, monkeypatch)
    at = house.clock.now() // SECOND
    denied = [Denied(at, "eth0", "vault0", source, VAULT, 6, port, count) for source, port, count in packets]
    await firewalls(house).telling.take(CORE, Tells(denied), "")
    return [(one["why"], one["port"], one["count"]) for one in records]


async def test_a_scan_does_not_hide_behind_a_round(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await asked(house, await canary(house))
    scan = [(DB, port, 1) for port in range(20, 30)]
    found = await told(house, monkeypatch, *scan, (DB, 22, 500), ("10.10.0.66", 22, 1))
    assert found[:10] == [(PROBE if port == 22 else NO_FLOW, port, 1) for port in range(20, 30)]
    probed = MOST_PACKETS - 1
    assert found[10:] == [(PROBE, 22, probed), (NO_FLOW, 22, 500 - probed), (NO_FLOW, 22, 1)]


async def test_after_the_round_nothing_is_a_probe(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await asked(house, await canary(house))
    house.clock.forward(3 * MINUTE)
    assert await told(house, monkeypatch, (DB, 22, 1)) == [(NO_FLOW, 22, 1)]


async def test_nobody_tells_results_of_what_another_was_asked(house: House) -> None:
    one = await canary(house)
    found = await asked(house, one)
    await tell(house, CORE, found.id, (number_of(found, 22), "through"))
    await tell(house, one, "pr_guessed", (0, "through"))
    assert {event.details["why"] for event in house.events(UNSOUND)} == {NOT_ASKED}
    assert not probing(house).results()
    await tell(house, one, found.id, (number_of(found, 22), "refused"), (39, "through"))
    await tell(house, one, found.id, (number_of(found, 22), "through"))  # it has said what it says
    assert [(each.probe.port, each.outcome) for each in probing(house).results()] == [(22, "refused")]
    assert not house.events("network.probe_came_through")


async def test_what_a_canary_says_is_shown_as_its_word_and_what_a_firewall_denied_as_that(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await canary(house)
    found = await asked(house, one)
    await tell(house, one, found.id, (number_of(found, 22), "refused"))
    (result,) = probing(house).results()
    assert (result.canary, result.denied_by) == (CANARY.name, ())
    await told(house, monkeypatch, (DB, 22, 1))  # the firewall saw it: that the canary can't make up
    (result,) = probing(house).results()
    assert result.denied_by == ("core",)


async def test_a_canary_does_not_close_what_a_door_opened_nor_keep_its_own_openings(house: House) -> None:
    one = await canary(house)
    found = await asked(house, one)
    (opened,) = firewalls(house).followers.opened
    assert (opened.firewall, opened.box.port, opened.until) == (
        *(CANARY.name, (22, 22)),
        found.ends,
    )
    house.clock.forward(3 * MINUTE)  # it never told
    await probing(house).ask()
    said = json.loads(firewalls(house).followers.state(one).text)
    assert said["openings"] == []


HOSTILE: Sequence[Any] = (
    {"round": "x" * 41, "outcomes": []},
    {"round": "x", "outcomes": [[0, "refused"]] * 41},
    {"round": "x", "outcomes": [[40, "refused"]]},
    {"round": "x", "outcomes": [[-1, "refused"]]},
    {"round": "x", "outcomes": [[0, "fine"]]},
    {"round": "x", "outcomes": [[0, "refused", "10.60.0.10"]]},
    {"round": "x", "outcomes": [], "zone": "vaults"},
    [],
)


async def test_a_hostile_list_of_results_is_refused(house: House) -> None:
    secret, _ = await enrolled(house)
    for probed in HOSTILE:
        answer = await send(house, "/network/firewall/events", {"probed": probed}, secret)
        assert answer.status_code == 400, probed


async def test_a_canary_that_tells_through_all_the_time_is_one_alert(house: House) -> None:
    one = await canary(house)
    for _ in range(5):
        found = await asked(house, one)
        await tell(house, one, found.id, *((number, "through") for number in range(len(found.probes))))
    await until(lambda: house.events("network.probe_came_through"))
    assert len(house.events("network.probe_came_through")) == 1
