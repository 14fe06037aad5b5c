"""The interface of tunnels; with a real WireGuard: tests/network/tunnels, and tests/attacks/test_tunnels.py."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from limen.following.program.kept import Wrong
from limen.network.firewalls.limen_firewall import tunnels
from limen.network.firewalls.limen_firewall.places import KEPT
from limen.network.firewalls.limen_firewall.tunnels import Tunnels, is_interface

SAID = {"interface": "lo", "port": 51_820, "addresses": ["10.99.0.1/24"], "peers": []}


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would have been run."""
    commands: list[str] = []
    monkeypatch.setattr(KEPT, "folder", tmp_path)
    monkeypatch.setattr(tunnels, "run", lambda *words, given="": commands.append(" ".join(words)) or "key\n")
    monkeypatch.setattr(tunnels.shutil, "which", lambda _: "/usr/bin/wg")
    return commands


def test_without_tunnels_nothing_is_done(ran: list[str]) -> None:
    Tunnels().follow(None)
    assert ran == []


def test_an_interface_that_limen_did_not_make_is_left_alone(ran: list[str]) -> None:
    with pytest.raises(Wrong):
        Tunnels().follow(SAID)
    assert ran == ["wg genkey"]


def test_the_same_again_changes_nothing_and_its_end_takes_the_interface(ran: list[str]) -> None:
    KEPT.put("tunnels", {"interface": "lo"})
    one = Tunnels()
    one.follow(SAID)
    assert one.key == "key"
    assert "wg syncconf lo /dev/stdin" in ran
    ran.clear()
    one.follow(SAID)
    assert ran == []
    one.follow(None)
    assert [one.split()[:3] for one in ran] == [["ip", "link", "delete"]]
    assert (one.key, KEPT.read("tunnels")) == ("", {})


def test_interfaces_are_known_by_name() -> None:
    assert is_interface("lo")
    assert not is_interface("")
    assert not is_interface("nothing0")


def test_whose_agent_nobody_hears_has_no_tunnel(ran: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[str] = []

    def ran_with(*words: str, given_: list[str] = given, **about: str) -> str:
        given_.append(about.get("given", "")) if words[:2] == ("wg", "syncconf") else None
        return "key\n"

    monkeypatch.setattr(tunnels, "run", ran_with)
    KEPT.put("tunnels", {"interface": "lo"})
    one, peer = Tunnels(), {"key": "x" * 43 + "=", "addresses": ["10.99.0.7"]}
    one.follow({**SAID, "peers": [peer]})
    assert one.forget()
    assert not one.forget()
    assert [text.count("[Peer]") for text in given] == [1, 0]


DUMP = """private\tkey\t51820\toff
peerA=\t(none)\t198.51.100.7:1234\t10.99.0.7/32,fd00:99::7/128\t1790000000\t100\t100\toff
peerB=\tshared-secret\t(none)\t(none)\t0\t0\t0\t25
"""
ADDRESSES = [
    {"local": "10.99.0.1", "prefixlen": 24, "scope": "global"},
    {"local": "fe80::1", "prefixlen": 64, "scope": "link"},
]
LINK = json.dumps([{"flags": ["UP"], "addr_info": ADDRESSES}])


def test_a_program_that_starts_again_knows_the_key_of_the_tunnels_that_go_on(ran: list[str]) -> None:
    one = Tunnels()
    one.begin()
    assert one.key == ""
    KEPT.put("tunnels", {"interface": "lo"})
    one.begin()
    assert one.key == "key"


def test_what_is_there_is_read_without_what_changes_by_itself_or_is_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tunnels, "run", lambda tool, *_, given="": DUMP if tool == "wg" else LINK)
    found = tunnels._tunnels_now("wg0")
    assert found == {
        "key": "key",
        "port": "51820",
        "state": "up",
        "addresses": "10.99.0.1/24",
        "peer peerA=": "10.99.0.7/32, fd00:99::7/128",
        "peer peerB=": found["peer peerB="],
    }
    assert "preshared" in found["peer peerB="]
    assert "secret" not in str(found)
    assert "private" not in str(found)


def test_each_difference_is_named_and_a_peer_that_is_otherwise_goes_first(
    ran: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    KEPT.put("tunnels", {"interface": "lo"})
    monkeypatch.setattr(tunnels, "checked_tunnels", lambda said: said)
    one = Tunnels()
    assert one.look() == []
    one.follow({**SAID, "peers": [{"key": "peerA=", "addresses": ["10.99.0.8"]}]})
    ran.clear()
    now = {"key": "key", "port": "51820", "state": "up", "addresses": "10.99.0.1/24"}
    now |= {"peer peerA=": "10.99.0.7/32", "peer peerB=": "10.99.0.9/32"}
    monkeypatch.setattr(tunnels, "_tunnels_now", lambda _interface: now)
    assert [{**each, "where": each["where"].split()[-1]} for each in one.look()] == [
        {"where": "peerA=", "was": "10.99.0.8/32", "is": "10.99.0.7/32"},
        {"where": "peerB=", "was": "", "is": "10.99.0.9/32"},
    ]
    one.put_back()
    assert [one.split()[-2:] for one in ran[:2]] == [["peerA=", "remove"], ["peerB=", "remove"]]
    assert any(one.startswith("wg syncconf") for one in ran)
