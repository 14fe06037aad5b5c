"""What goes back by itself, also with the program killed; and how a change went."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.network.firewalls.real_router import needs_a_router
from tests.network.firewalls.rules import rules
from tests.network.firewalls.world import World, hurry
from tests.waiting import until

from limen.network.firewalls.limen_firewall import trials
from limen.network.firewalls.limen_firewall.places import KEPT
from limen.network.firewalls.store import TRIAL, UNDONE


def test_of_each_change_the_last_outcome_is_kept_and_of_changes_the_last_twenty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(KEPT, "folder", tmp_path)
    for number in range(30):
        trials.note(f"c{number}", "trial")
        trials.note(f"c{number}", "refused", "w" * 1_000)
    kept = KEPT.read("outcomes")["all"]
    assert [one["id"] for one in kept] == [f"c{number}" for number in range(10, 30)]
    assert {(one["is"], len(one["why"])) for one in kept} == {("refused", 300)}


def test_without_a_trial_nothing_goes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KEPT, "folder", tmp_path / "kept")
    monkeypatch.setattr(trials, "RUN", tmp_path)
    monkeypatch.setattr(trials, "load", lambda *_: pytest.fail("rules were changed"))
    assert not trials.go_back("nobody confirmed it")
    KEPT.put("trial", {"change": "c1"})
    assert not trials.go_back("it is another's", "c2")
    assert KEPT.read("trial") == {"change": "c1"}
    KEPT.drop("trial")
    trials.watch()


@needs_a_router
async def test_it_goes_back_by_itself_when_limen_is_not_reached(world: World) -> None:
    await world.confirmed(rules(443))
    hurry(world.router)
    change = await world.send(rules(3389))
    await world.is_now(change, TRIAL)
    world.answers(False)
    await world.becomes(reachable=True, port=443, seconds=15)
    assert not await world.reaches(3389)
    world.answers(True)
    assert (await world.is_now(change, UNDONE, seconds=30)).why


@needs_a_router
async def test_it_goes_back_although_the_program_was_killed(world: World) -> None:
    await world.confirmed(rules(443))
    hurry(world.router)
    change = await world.send(rules(3389))
    await world.is_now(change, TRIAL)
    world.router.kill()
    await world.becomes(reachable=True, port=443, seconds=15)
    assert not await world.reaches(3389)
    await until(lambda: world.router.kept("trial") == "")


@needs_a_router
async def test_it_begins_with_what_was_confirmed_without_limen(world: World) -> None:
    await world.confirmed(rules(443))
    change = await world.send(rules(3389))
    await world.is_now(change, TRIAL)
    world.router.kill()
    world.answers(False)
    world.router.run("pkill", "-KILL", "-f", "limen-firewall watch")
    world.router.run("nft", "flush", "ruleset")  # as after a boot
    world.router.run("/usr/local/sbin/limen-firewall", "restore")
    assert await world.reaches(443)
    assert not await world.reaches(3389)
    assert world.router.kept("trial") == ""
