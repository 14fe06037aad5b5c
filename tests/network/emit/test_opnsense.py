"""What OPNsense is told: rules on the interface by which packets come in, and the end of each."""

from __future__ import annotations

from tests.network.networks import flow, harbor, way

from limen.network.emit.opnsense import legs_of, opnsense_rules, rows
from limen.network.model import Firewall

EDGE = Firewall("edge", "opnsense", ("office", "servers"), uplinks=("wan",))
TODAY = "2026-11-27"


def test_flows_stand_where_packets_come_in_and_the_rest_is_denied_behind_them() -> None:
    of = harbor([flow("files", way("office", "files", "ssh")), flow("echo", way("office", "files", "ping"))])
    said = opnsense_rules(of, EDGE, TODAY)
    told = rows(said, legs_of(of, EDGE))
    assert said.unfit == ()
    assert [(one["interface"], one["action"], one["description"]) for one in told if one["interface"] == "vlan10"] == [
        *[("vlan10", "pass", "limen files")] * 2,
        *[("vlan10", "pass", "limen echo")] * 2,
        *[("vlan10", "block", "limen rest")] * 2,
    ]
    assert {one["description"] for one in told if one["interface"] == "wan"} == {"limen rest"}
    assert [int(one["sequence"]) for one in told] == list(range(1, len(told) + 1))


def test_what_goes_to_the_same_zone_is_left_to_the_rules_that_are_there() -> None:
    """The firewall's own addresses are there, by which it is administered."""
    of = harbor()
    told = rows(opnsense_rules(of, EDGE, TODAY), legs_of(of, EDGE))
    [rest] = [one for one in told if (one["interface"], one["ipprotocol"]) == ("vlan10", "inet")]
    assert "10.20.0.0/24" in rest["destination_net"].split(",")
    assert "10.10.0.0/24" not in rest["destination_net"]
