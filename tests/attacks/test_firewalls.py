"""Attacks on firewalls that follow Limen: whoever is on the way, another firewall, and whoever is on the machine."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from pathlib import Path
from typing import Any

import pytest
from tests.devices.served import until
from tests.network.firewalls.real_router import needs_a_router
from tests.network.firewalls.rules import TABLE, rules
from tests.network.firewalls.world import NAME, World, hurry, router, world

from limen.clock import MINUTE, SECOND, from_iso
from limen.following.keys import SigningKey, new_secret
from limen.following.program.kept import Wrong, write
from limen.following.turns import signed_state
from limen.network.firewalls.followers import NAMESPACE
from limen.network.firewalls.limen_firewall.places import KEPT
from limen.network.firewalls.limen_firewall.rulesets import Ruleset
from limen.network.firewalls.limen_firewall.told import taken_over
from limen.network.firewalls.store import CONFIRMED, REFUSED, TRIAL, UNDONE

__all__ = ["router", "world"]
NOW = from_iso("2026-11-27T09:00:00Z")
KEY, OTHER = SigningKey("ca_1", NOW, new_secret()), SigningKey("ca_2", NOW, new_secret())


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that enrolled, and knows Limen by one key."""
    monkeypatch.setattr(KEPT, "folder", tmp_path / "kept")
    KEPT.put("config", {"firewall": "fw_1", "number": 100, "secret": "s"})
    write(KEPT.path("signers"), f'limen namespaces="{NAMESPACE}" {KEY.line}\n')
    return tmp_path / "kept"


def told(
    key: SigningKey = KEY, namespace: str = NAMESPACE, rulesets: dict[str, str] | None = None, **other: Any
) -> dict[str, Any]:
    said = {"firewall": "fw_1", "number": 101, "at": 1, "signers": [KEY.line], "ruleset": "", "change": None}
    state = signed_state(1, {**said, "repair": True, "openings": [], **other}, key, namespace)
    return {"state": state.text, "signature": state.signature, "rulesets": rulesets or {}}


# Whoever is on the way


def test_a_state_of_limens_is_taken(kept: Path) -> None:
    assert taken_over(told())["number"] == 101
    assert KEPT.read("config")["number"] == 101
    assert kept.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        told(OTHER),
        told(OTHER, signers=[OTHER.line]),
        told(namespace="limen-ssh-state"),
        {**told(), "signature": ""},
        {**told(), "signature": told(number=102)["signature"]},
        told(number=99),
        told(firewall="fw_2"),
        told(openings=[{}] * 20_001),
        told(ruleset="../../etc/shadow"),
        told(ruleset="a" * 64),
        told(change={"id": "nc", "digest": "b" * 64, "needs": "reach"}, rulesets={"b" * 64: "{}"}),
    ],
    ids=[
        "signer",
        "new signer",
        "namespace",
        "unsigned",
        "other's",
        "older",
        "another's",
        "many",
        "path",
        "lacks",
        "digest",
    ],
)
def test_any_other_state_is_refused_whole(kept: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises((Wrong, KeyError)):
        taken_over(wrong)
    assert KEPT.read("config")["number"] == 100
    assert not (kept / "rulesets").exists()


def test_rules_that_the_state_does_not_name_are_not_kept(kept: Path) -> None:
    mine = rules(443)
    digest = hashlib.sha256(mine.encode()).hexdigest()
    taken_over(told(ruleset=digest, rulesets={digest: mine, "c" * 64: "{}", "../x": "{}"}))
    assert [one.name for one in (kept / "rulesets").iterdir()] == [digest]


# Rulesets that are more than rules of Limen's


def foreign(*objects: Any) -> str:
    return json.dumps({"nftables": [{"table": {"family": "inet", "name": "limen"}}, *objects]})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[" * 200_000,
        "{}",
        '{"nftables": {}}',
        json.dumps({"nftables": [{"rule": {}}] * 400_001}),
        json.dumps({"nftables": []}),
        foreign({"table": {"family": "inet", "name": "limen"}}),
        foreign({"table": {"family": "ip", "name": "nat"}}),
        foreign({"chain": {"family": "inet", "table": "other", "name": "x"}}),
        foreign({"chain": {"family": "ip", "table": "limen", "name": "x"}}),
        foreign({"flush": {"ruleset": None}}),
        foreign({"delete": {"table": {"family": "inet", "name": "other"}}}),
        foreign({"add": {"delete": {"table": {"family": "inet", "name": "other"}}}}),
        foreign({"include": "/etc/shadow"}),
        foreign({"flowtable": {**TABLE, "name": "past"}}),
        foreign({"ct helper": {**TABLE, "name": "x"}}),
        foreign({"rule": {**TABLE, "chain": "x", "expr": [{"queue": {"num": 1}}]}}),
        foreign({"rule": {**TABLE, "chain": "x", "expr": [{"dnat": {"addr": "192.0.2.1"}}]}}),
        foreign({"rule": {**TABLE, "chain": "x", "expr": [{"dup": {"addr": "192.0.2.1"}}]}}),
        foreign({"rule": {**TABLE, "chain": "x", "expr": [{"tproxy": {"port": 1}}]}}),
        foreign(
            {"rule": {**TABLE, "chain": "x", "expr": [{"mangle": {"key": {"meta": {"key": "mark"}}, "value": 1}}]}}
        ),
        foreign(
            {
                "rule": {
                    **TABLE,
                    "chain": "x",
                    "expr": [{"mangle": {"key": {"payload": {"protocol": "ip"}}, "value": 1}}],
                }
            }
        ),
        foreign({"rule": {**TABLE, "chain": "x", "expr": ["accept"]}}),
        foreign("x"),
        foreign({"chain": {**TABLE, "name": "x"}, "rule": {}}),
    ],
)
def test_a_ruleset_with_anything_else_is_refused_whole(text: str) -> None:
    with pytest.raises(Wrong):
        Ruleset(text)


# The machine itself, with the real kernel


@needs_a_router
async def test_a_foreign_table_leaves_all_as_it_was(world: World) -> None:
    await world.confirmed(rules(443))
    world.router.run("nft", "add", "table", "inet", "theirs")
    text = json.loads(rules(443))
    text["nftables"].append({"chain": {"family": "inet", "table": "theirs", "name": "x"}})
    refused = await world.is_now(await world.send(json.dumps(text)), REFUSED)
    assert "theirs" in refused.why
    assert await world.reaches(443)
    assert "theirs" in world.router.run("nft", "list", "tables")


@needs_a_router
async def test_rules_of_which_the_kernel_refuses_one_are_not_half_applied(world: World) -> None:
    await world.confirmed(rules(443))
    before = world.router.run("nft", "-s", "list", "table", "inet", "limen")
    last = {"rule": {**TABLE, "chain": "forward", "expr": [{"jump": {"target": "nowhere"}}]}}
    refused = await world.is_now(await world.send(rules(3389, also=(last,))), REFUSED)
    assert refused.why
    assert world.router.run("nft", "-s", "list", "table", "inet", "limen") == before


@needs_a_router
async def test_whoever_turns_the_clock_makes_nothing_last(world: World) -> None:
    await world.confirmed(rules(443))
    lasts = 5 * SECOND
    world.firewalls.followers.open(world.opening(lasts=lasts))
    end = time.monotonic() + lasts / SECOND
    await world.becomes(reachable=True, port=3389)
    world.limen.house.clock.forward(-MINUTE)  # Limen's own clock
    await world.becomes(reachable=False, port=3389)
    assert time.monotonic() < end + 1


@needs_a_router
async def test_an_opening_that_limen_gave_to_nobody_is_taken_away(world: World) -> None:
    await world.confirmed(rules(443))
    element = "{ 10.10.0.10 . 10.20.0.10 . tcp . 3389 timeout 1h }"
    world.router.run("nft", "add", "element", "inet", "limen", "openings4", element)
    await world.becomes(reachable=False, port=3389)
    assert "3389" not in world.router.run("nft", "list", "set", "inet", "limen", "openings4")
    await until(lambda: world.limen.house.events("network.drift"))


@needs_a_router
async def test_a_program_that_is_killed_again_and_again_keeps_no_change(world: World) -> None:
    await world.confirmed(rules(443))
    hurry(world.router)
    change = await world.send(rules(3389))
    await world.is_now(change, TRIAL)
    world.router.kill()
    world.router.run("pkill", "-KILL", "-f", "limen-firewall watch", check=False)
    await asyncio.to_thread(world.router.follow)
    assert await world.reaches(443)
    assert not await world.reaches(3389)
    await world.is_now(change, UNDONE)
    assert [event.details["firewall"] for event in world.limen.house.events("network.change_undone")] == [NAME]
    await world.is_now(await world.send(rules(443, 3389), "reach"), CONFIRMED)


@needs_a_router
async def test_the_secret_of_a_firewall_is_for_root_alone(world: World) -> None:
    said = world.router.run("sh", "-c", "stat -c '%a %U' /etc/limen-firewall /etc/limen-firewall/config")
    assert said.split() == ["700", "root", "600", "root"]
    secret = json.loads(world.router.kept("config"))["secret"]
    assert secret not in world.router.run("/usr/local/sbin/limen-firewall", "status")
    assert secret not in world.router.said("follow")
