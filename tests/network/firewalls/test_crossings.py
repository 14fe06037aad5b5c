"""What a firewall denied, in the words of the network."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.network.networks import harbor

from limen.clock import SECOND, from_iso
from limen.network.firewalls.crossings import FORGED, NO_FLOW, ON_TRIAL, UNKNOWN_INTERFACE, Denied, Surroundings
from limen.network.model import INTERNET, Firewall

NOW = from_iso("2026-11-27T09:00:00Z")
HARBOR = Surroundings(harbor())


def said(source: str, destination: str, *, by: str = "vlan10", protocol: int = 6, port: int = 22) -> dict[str, Any]:
    one = Denied(NOW // SECOND, by, "vlan60", source, destination, protocol, port, 3)
    found: dict[str, Any] = json.loads(HARBOR.record("gw1", one, NOW))
    return found


def needs(found: dict[str, Any]) -> tuple[str, ...]:
    return tuple(found["needs"].split()[::2])


def test_it_names_the_zones_and_the_flow_that_it_would_have_needed() -> None:
    found = said("10.10.0.7", "10.60.0.2")
    assert (found["from_zone"], found["to_zone"]) == ("office", "backup")
    assert (found["from_kind"], found["to_kind"]) == ("workstation", "backup")
    assert (found["why"], found["count"]) == (NO_FLOW, 3)
    assert needs(found) == ("office", "vault", "ssh")
    assert needs(said("fd00:10::7", "fd00:20::77", port=4_444)) == ("office", "servers", "tcp/4444")
    assert needs(said("10.10.0.7", "192.0.2.1", protocol=47, port=0)) == ("office", INTERNET, "47/0")


def test_an_address_that_is_not_at_home_is_told_apart() -> None:
    assert said("10.20.0.7", "10.60.0.2")["why"] == FORGED
    assert said("192.0.2.1", "10.60.0.2")["why"] == FORGED
    assert said("10.20.0.7", "10.60.0.2", by="eth7")["why"] == UNKNOWN_INTERFACE
    assert said("192.0.2.1", "10.60.0.2", by="wan0")["why"] == NO_FLOW


def test_the_interface_of_a_host_that_guards_itself_is_no_zones() -> None:
    around = Surroundings(replace(harbor(), firewalls=(Firewall("files", "nftables", (), host="files"),)))
    one = Denied(NOW // SECOND, "eth0", "", "10.20.0.5", "10.20.0.10", 6, 22, 1)
    found = {name: json.loads(around.record(name, one, NOW)) for name in ("files", "gw1")}
    assert (found["files"]["why"], found["gw1"]["why"]) == (NO_FLOW, UNKNOWN_INTERFACE)
    assert needs(found["files"]) == ("servers", "files", "ssh")


def test_a_firewall_does_not_tell_of_tomorrow() -> None:
    one = Denied(NOW // SECOND + 9_999_999, "vlan10", "", "10.10.0.7", "10.60.0.2", 6, 22, 1)
    assert from_iso(json.loads(HARBOR.record("gw1", one, NOW))["at"]) == NOW


def test_what_is_no_address_is_nobodys() -> None:
    with pytest.raises(ValueError, match="x"):
        said("x", "10.60.0.2")


def test_without_a_network_all_is_the_internet() -> None:
    one = Denied(NOW // SECOND, "vlan10", "", "10.10.0.7", "10.60.0.2", 6, 22, 1)
    found = json.loads(Surroundings().record("gw1", one, NOW))
    assert (found["from_zone"], found["why"]) == (INTERNET, NO_FLOW)


def test_what_was_let_through_on_trial_is_told_apart_and_needs_the_same() -> None:
    one = Denied(NOW // SECOND, "vlan10", "vlan60", "10.10.0.7", "10.60.0.2", 6, 22, 3, is_let_through=True)
    found: dict[str, Any] = json.loads(HARBOR.record("gw1", one, NOW))
    assert (found["why"], needs(found)) == (ON_TRIAL, ("office", "vault", "ssh"))


def test_only_what_comes_from_where_it_belongs_is_at_home() -> None:
    def is_at_home(source: str, by: str = "vlan10") -> bool:
        return HARBOR.is_at_home("gw1", Denied(0, by, "", source, "10.60.0.2", 6, 22, 1))

    assert is_at_home("10.10.0.7")
    assert not any(is_at_home(one) for one in ("10.20.0.7", "192.0.2.1", "no address"))
    assert not is_at_home("10.10.0.7", by="eth7")
