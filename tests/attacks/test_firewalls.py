"""Attacks on firewalls that follow Limen: whoever is on the way, another firewall, and whoever is on the machine."""

from __future__ import annotations

import asyncio
import hashlib
import json
import subprocess
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.network.firewalls.real_router import needs_a_router
from tests.network.firewalls.rules import TABLE, rules
from tests.network.firewalls.world import NAME, World, hurry, router, world
from tests.network.networks import harbor as network
from tests.waiting import until
from tests.web.conftest import House, move_in

from limen.clock import MINUTE, SECOND, from_iso
from limen.following.keys import SigningKey, new_secret
from limen.following.program.kept import Wrong, write
from limen.following.turns import signed_state
from limen.network.firewalls.crossings import Denied
from limen.network.firewalls.followers import NAMESPACE
from limen.network.firewalls.limen_firewall.places import KEPT
from limen.network.firewalls.limen_firewall.rulesets import Ruleset
from limen.network.firewalls.limen_firewall.told import taken_over
from limen.network.firewalls.service import Asks, FirewallService, make_token
from limen.network.firewalls.store import CONFIRMED, REFUSED, TRIAL, UNDONE, EnrolledFirewall
from limen.network.firewalls.telling import Counted, Drift, Telling, Tells
from limen.network.learning.from_firewalls import Begun
from limen.network.learning.service import Learning
from limen.network.model import Firewall, Network
from limen.pillar import FirewallLogs

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
async def test_the_end_of_one_opening_closes_none_that_is_open_by_the_same(world: World) -> None:
    """A probe and a door: whoever has one tried for the other would be cut off by its end."""
    await world.confirmed(rules(443))
    world.firewalls.followers.open(world.opening("probe"))
    await world.becomes(reachable=True, port=3389)
    world.firewalls.followers.open(world.opening("door", lasts=50 * SECOND), world.opening("other", port=8080))
    await until(lambda: "8080" in world.router.run("nft", "list", "set", "inet", "limen", "openings4"))
    world.firewalls.followers.close("probe", "other")
    await until(lambda: "8080" not in world.router.run("nft", "list", "set", "inet", "limen", "openings4"))
    assert await world.reaches(3389)
    world.firewalls.followers.close("door")
    await world.becomes(reachable=False, port=3389)


@needs_a_router
async def test_another_machine_with_the_address_of_an_opening_does_not_get_through(world: World) -> None:
    """A lease that went on to somebody else, or somebody who took the address."""
    await world.confirmed(rules(443))
    told: list[tuple[str, str]] = []
    world.firewalls.telling.watch_moved(lambda *moved: told.append(moved))
    world.firewalls.followers.open(world.opening())
    await world.becomes(reachable=True, port=3389)
    await asyncio.sleep(1.5)  # it has seen which machine it was
    other = ["nsenter", f"--net=/proc/{world.router.hosts[10]}/ns/net", "ip"]
    for words in ("link set eth0 address 02:00:00:00:00:66", "route replace default via 10.10.0.1"):
        await asyncio.to_thread(subprocess.run, [*other, *words.split()], check=True)
    await world.becomes(reachable=False, port=3389)
    await until(lambda: told)
    assert told == [(NAME, "10.10.0.10")]


@needs_a_router
async def test_a_machine_that_starts_without_its_rules_lets_nothing_through_until_limen_sent_them_again(
    world: World,
) -> None:
    await world.confirmed(rules(443))
    world.router.kill()
    world.router.run("sh", "-c", "for one in /etc/limen-firewall/rulesets/*; do echo > $one; done")
    world.router.run("nft", "flush", "ruleset")
    assert await world.reaches(3389)  # without any rules everything goes through
    world.router.run("/usr/local/sbin/limen-firewall", "restore", check=False)
    assert not await world.reaches(443)
    assert not await world.reaches(3389)
    await asyncio.to_thread(world.router.follow)
    await world.becomes(reachable=True, port=443, seconds=20)
    assert not await world.reaches(3389)


@needs_a_router
async def test_a_program_that_starts_again_learns_at_once_what_was_closed_meanwhile(world: World) -> None:
    await world.confirmed(rules(443))
    world.firewalls.followers.open(world.opening(), world.opening("o2", 445))
    await world.becomes(reachable=True, port=3389)
    world.router.kill()
    world.firewalls.followers.close("o1")
    await asyncio.to_thread(world.router.follow)
    await world.becomes(reachable=False, port=3389)
    assert "445" in world.router.run("nft", "list", "set", "inet", "limen", "openings4")
    assert world.limen.house.events("network.drift") == []


@needs_a_router
async def test_rules_that_another_program_flushes_are_back_without_waiting_for_the_next_look(world: World) -> None:
    await world.confirmed(rules(443))
    world.router.run("sed", "-i", "s/^LOOK_SECONDS = .*/LOOK_SECONDS = 300.0/", "/usr/local/sbin/limen-firewall")
    world.router.kill()
    await asyncio.to_thread(world.router.follow)
    await world.becomes(reachable=True, port=443)
    await asyncio.sleep(1)
    world.router.run("nft", "flush", "ruleset")
    await world.becomes(reachable=False, port=3389)


@needs_a_router
async def test_a_full_disk_keeps_nothing_open(world: World) -> None:
    await world.confirmed(rules(443))
    world.firewalls.followers.open(world.opening())
    await world.becomes(reachable=True, port=3389)
    world.router.run("sh", "-c", "mount -t tmpfs -o size=64k,mode=700 tmpfs /mnt && cp -a /etc/limen-firewall/. /mnt")
    world.router.run("mount", "--bind", "/mnt", "/etc/limen-firewall")
    world.router.run("sh", "-c", "head -c 200k /dev/zero > /mnt/full", check=False)
    world.firewalls.followers.close("o1")
    await world.becomes(reachable=False, port=3389)


@needs_a_router
async def test_the_secret_of_a_firewall_is_for_root_alone(world: World) -> None:
    said = world.router.run("sh", "-c", "stat -c '%a %U' /etc/limen-firewall /etc/limen-firewall/config")
    assert said.split() == ["700", "root", "600", "root"]
    secret = json.loads(world.router.kept("config"))["secret"]
    assert secret not in world.router.run("/usr/local/sbin/limen-firewall", "status")
    assert secret not in world.router.said("follow")


# A firewall that somebody else has, and what it says


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        house = await move_in(closing, tmp_path / "harbor")
        guarded = replace(network(), firewalls=(Firewall("files", "nftables", (), host="files"),))
        house.limen.known.set_rules(Network, guarded)
        yield house


def telling(house: House) -> Telling:
    return house.limen.core.offers.take(FirewallService).telling


FILES = EnrolledFirewall("fw_2", "files", b"", 0)


async def test_neither_a_server_nor_a_firewall_elsewhere_says_that_something_unplanned_is_in_a_zone(
    harbor: House,
) -> None:
    elsewhere = Firewall("gw2", "nftables", ("office", "finance"), "other")
    server = Firewall("files", "nftables", ("servers",), host="files")
    harbor.limen.known.set_rules(Network, replace(network(), firewalls=(elsewhere, server)))
    at = harbor.clock.now() // SECOND
    begun = [Begun(at, source, "10.20.0.10", 6, 22, 1) for source in ("10.60.0.9", "10.20.0.9")]
    denied = [Denied(at, by, "", source, "10.20.0.10", 6, 22, 1) for by, source in (("vlan60", "10.60.0.9"),
              ("vlan20", "10.20.0.9"), ("vlan21", "10.60.0.9"))]  # fmt: skip
    for name in ("gw2", "files", "gone"):
        await telling(harbor).take(EnrolledFirewall(f"fw_{name}", name, b"", 0), Tells(denied, begun), "")
    assert harbor.events("network.unplanned_device") == []


async def test_who_is_in_a_server_accuses_nobody_else_and_teaches_no_flow_between_others(
    harbor: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[dict[str, Any]] = []
    taught: list[Begun] = []

    async def take(records: Sequence[bytes], _address: str) -> None:
        kept.extend(json.loads(one) for one in records)

    offers = harbor.limen.core.offers
    real = offers.find
    monkeypatch.setattr(offers, "find", lambda kind: FirewallLogs(take) if kind is FirewallLogs else real(kind))
    monkeypatch.setattr(offers.take(Learning), "told", taught.extend)
    own = min(telling(harbor).surroundings.addresses_of_guarded("files") or ())
    at = harbor.clock.now() // SECOND
    forged = [Denied(at, "eth0", "", "10.10.0.7", f"10.60.0.{number}", 6, 445, 1) for number in range(1, 20)]
    true = Denied(at, "eth0", "", "10.10.0.7", own, 6, 445, 1)
    begun = [Begun(at, "10.10.0.7", "10.60.0.2", 6, 445, 9), Begun(at, "10.10.0.7", own, 6, 443, 1)]
    await telling(harbor).take(FILES, Tells([*forged, true], begun), "")
    assert [one["destination"] for one in kept] == [own]
    assert [one.destination for one in taught] == [own]
    assert [event.reason for event in harbor.events("network.firewall_unsound")] == ["not-its-own"]


async def test_a_firewall_that_tells_of_drift_all_the_time_fills_no_journal(harbor: House) -> None:
    drift = Drift(({"where": "x", "was": "", "is": "y"},), is_repaired=False)
    for _ in range(50):
        await telling(harbor).take(FILES, Tells(drift=[drift] * 100), "")
    assert len(harbor.events("network.drift")) == 50
    assert [event.reason for event in harbor.events("network.firewall_unsound")] == ["too-often"]


async def test_nothing_that_a_firewall_says_of_its_clock_or_number_fills_the_journal(harbor: House) -> None:
    service = harbor.limen.core.offers.take(FirewallService)
    token = await harbor.limen.core.write(lambda write: make_token(write, "gw1", harbor.clock.now(), ""))
    done = await service.enrol(token, "203.0.113.9")
    for number in range(40):
        far = 2**53 - 1 - number
        with suppress(TimeoutError):  # whoever asks all the time waits
            async with asyncio.timeout(0.05):
                await service.ask(done.secret, Asks(far, clock=100 * (number % 2)), "203.0.113.9")
    why = [event.reason for event in harbor.events("network.firewall_unsound")]
    assert sorted(why) == ["ahead", "clock"]


async def test_names_of_interfaces_move_no_cursor_and_times_beyond_all_clocks_break_nothing(
    harbor: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at in (-(2**62), 0, 2**62):
        said = telling(harbor).surroundings.record(
            "gw1", Denied(at, "\x1b[2J", "\u202e", "10.10.0.7", "10.60.0.2", 6, 22, 1), harbor.clock.now()
        )
        assert json.loads(said)["came_by"].isprintable()
        assert json.loads(said)["goes_by"].isprintable()
    endless = [Counted(f"x{number}", "y", 1) for number in range(1_000)]
    for turn in range(8):
        some = [Counted(f"{one.came_by}.{turn}", one.goes_by, 1) for one in endless]
        await telling(harbor).take(FILES, Tells(counted=some), "")
    assert len([one for one in telling(harbor).figures() if one.labels]) == 1


@pytest.mark.parametrize("how", ["waiting", "gone", "x" * 500, ""])
async def test_a_firewall_ends_no_change_in_a_way_of_its_own(harbor: House, how: str) -> None:
    answer = await harbor.browser().client.post(
        "/network/firewall/state", json={"after": 0, "change": {"id": "nc_1", "is": how}}
    )
    assert answer.status_code == 400
