"""Aerleon's generators where Limen changes what they do."""

from __future__ import annotations

from typing import Any

import pytest

from limen.network.emit.aerleon_generators import ICMP_NAMES, generated

NETWORKS: dict[str, Any] = {
    "networks": {
        "a4": {"values": [{"address": "10.10.0.0/24"}]},
        "b4": {"values": [{"address": "10.20.0.0/24"}]},
        "a6": {"values": [{"address": "fd00:10::/64"}]},
        "b6": {"values": [{"address": "fd00:20::/64"}]},
    },
    "services": {"web": [{"protocol": "tcp", "port": "443"}]},
}


def term(name: str, family: int, **said: str) -> dict[str, Any]:
    sides = {"source-address": f"a{family}", "destination-address": f"b{family}"}
    return {"name": name, "action": "accept", **sides, **{key.replace("_", "-"): value for key, value in said.items()}}


def test_ports_and_types_of_icmp_stand_beside_each_other_on_a_fortigate() -> None:
    terms = [
        term("w", 4, protocol="tcp", destination_port="web"),
        term("e", 4, protocol="icmp", icmp_type="echo-request"),
    ]
    text = generated("fortigate", [("from-zone x to-zone y inet", terms)], NETWORKS)
    assert "set tcp-portrange 443" in text
    assert "set icmptype 8" in text


def test_an_asa_is_told_of_both_families() -> None:
    terms = [term("f", 4), term("s", 6, protocol="icmpv6", icmp_type="echo-request")]
    lines = generated("cisco", [("x", terms)], NETWORKS).splitlines()
    words = [one.split()[3:] for one in lines if " extended " in one]
    assert words == [
        ["permit", "ip", "10.10.0.0", "255.255.255.0", "10.20.0.0", "255.255.255.0"],
        ["permit", "icmp6", "fd00:10::/64", "fd00:20::/64", "128"],
    ]


def test_icmpv6_has_no_words_on_a_fortigate() -> None:
    terms = [term("s", 6, protocol="icmpv6", icmp_type="echo-request")]
    with pytest.raises(Exception, match="icmpv6"):
        generated("fortigate", [("from-zone x to-zone y inet6", terms)], NETWORKS)


def test_types_have_names() -> None:
    assert (ICMP_NAMES[4][8], ICMP_NAMES[6][128]) == ("echo-request", "echo-request")
