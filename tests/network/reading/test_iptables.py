"""iptables-save read: what becomes a rule, what is named as not understood, and what is refused."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from limen.network.packets import Packet, Rule
from limen.network.reading.iptables import read_iptables, zone_of
from limen.network.reading.reading import Errs, Reading, UnreadableError, together


def _read(*lines: str, family: int = 4) -> Reading:
    """Line 1 is the table, lines 2 to 4 the policies."""
    heads = ("*filter", ":INPUT DROP [0:0]", ":FORWARD DROP [0:0]", ":OUTPUT ACCEPT [0:0]")
    return read_iptables("\n".join([*heads, *lines, "COMMIT"]), "rules.v4", family)


def _packet(from_zone: str, to_zone: str, source: str, destination: str, port: int = 443, protocol: int = 6) -> Packet:
    one, other = ip_address(source), ip_address(destination)
    return Packet(from_zone, to_zone, one.version, int(one), int(other), protocol, port)


def _decides(reading: Reading, packet: Packet) -> Rule:
    rule = reading.ruleset.decides(packet)
    assert rule
    return rule


def test_ids_say_the_line() -> None:
    reading = _read("-A FORWARD -i lan0 -o wan0 -p tcp --dport 443 -j ACCEPT")
    assert _decides(reading, _packet("lan0", "wan0", "10.0.0.1", "192.0.2.1")).id == "rules.v4:5"
    assert _decides(reading, _packet("wan0", "lan0", "192.0.2.1", "10.0.0.1")).id == "rules.v4:FORWARD"
    assert reading.errs is None


def test_the_firewall_itself_is_a_zone() -> None:
    reading = _read("-A INPUT -i lan0 -p tcp --dport 22 -j ACCEPT", "-A OUTPUT -o wan0 -j REJECT")
    assert _decides(reading, _packet("lan0", "firewall", "10.0.0.1", "10.0.0.254", 22)).id == "rules.v4:5"
    assert not reading.ruleset.allows(_packet("wan0", "firewall", "192.0.2.1", "10.0.0.254", 22))
    assert not reading.ruleset.allows(_packet("firewall", "wan0", "10.0.0.254", "192.0.2.1"))
    assert reading.ruleset.allows(_packet("firewall", "lan0", "10.0.0.254", "10.0.0.1"))


@pytest.mark.parametrize(
    "condition",
    ["-m set --match-set bad src", "-m limit --limit 5/min", "-m mark --mark 0x1", "-p tcp --dport http", "-f"],
)
def test_a_condition_that_is_not_understood_takes_the_more_open_meaning(condition: str) -> None:
    packet = _packet("lan0", "wan0", "10.0.0.1", "192.0.2.1")
    allowing = _read(f"-A FORWARD -i lan0 {condition} -j ACCEPT", "-A FORWARD -i wan0 -j DROP")
    assert _decides(allowing, packet).id == "rules.v4:5"
    denying = _read("-A FORWARD -i wan0 -j DROP", f"-A FORWARD -i lan0 {condition} -j DROP", "-A FORWARD -j ACCEPT")
    assert _decides(denying, packet).id == "rules.v4:7"
    for reading, line in ((allowing, 5), (denying, 6)):
        assert {one.where for one in reading.not_understood} == {f"rules.v4:{line}"}
        assert reading.errs is Errs.TOO_OPEN


def test_a_doubtful_jump_or_return_makes_no_later_denial_certain() -> None:
    reading = _read(
        ":sub - [0:0]", "-A FORWARD -i lan0 -j sub", "-A FORWARD -i wan0 -j DROP", "-A FORWARD -j ACCEPT",
        "-A sub -m recent --rcheck -j RETURN", "-A sub -j DROP",
    )  # fmt: skip
    assert reading.ruleset.allows(_packet("lan0", "wan0", "10.0.0.1", "192.0.2.1"))


def test_a_target_that_is_not_known_may_accept() -> None:
    reading = _read("-A FORWARD -i lan0 -j NFQUEUE --queue-num 1")
    assert _decides(reading, _packet("lan0", "other", "10.0.0.1", "192.0.2.1")).id == "rules.v4:5"
    assert any("NFQUEUE" in one.what for one in reading.not_understood)


def test_what_only_logs_or_marks_changes_nothing() -> None:
    reading = _read('-A FORWARD -j LOG --log-prefix "-j ACCEPT"', "-A FORWARD -j MARK --set-xmark 0x1/0xff")
    assert not reading.ruleset.allows(_packet("lan0", "other", "10.0.0.1", "192.0.2.1"))
    assert reading.errs is None


@pytest.mark.parametrize(
    "line", ["-A FORWARD -j ACCEPT -j DROP", "nonsense", "-A FORWARD -s", '-A FORWARD -m comment --comment "x',
             "-A FORWARD -s 2001:db8::/32 -j ACCEPT", "-A FORWARD -p 300 -j ACCEPT", "-A " + "x" * 20_000],
)  # fmt: skip
def test_a_line_that_is_no_rule_is_named_and_may_err_either_way(line: str) -> None:
    reading = _read(line)
    assert [(one.where, one.errs) for one in reading.not_understood] == [("rules.v4:5", Errs.EITHER)]
    assert all(len(one.what) <= 200 for one in reading.not_understood)


def test_what_moves_addresses_is_named() -> None:
    text = "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.0.0.5\nCOMMIT\n"
    reading = read_iptables(text, "rules.v4", 4)
    assert [(one.where, one.errs) for one in reading.not_understood] == [("rules.v4:3", Errs.EITHER)]


def test_states_and_flags_are_those_of_a_packet_that_begins_a_connection() -> None:
    packet = _packet("lan0", "other", "10.0.0.1", "192.0.2.1")
    for condition, fits in (
        ("-m conntrack --ctstate RELATED,ESTABLISHED", False),
        ("-m conntrack ! --ctstate RELATED,ESTABLISHED", True),
        ("-m state --state NEW,INVALID", True),
        ("-m conntrack ! --ctstate NEW,DNAT", False),
        ("-p tcp --syn", True),
        ("-p tcp ! --syn", False),
        ("-p tcp --tcp-flags SYN,RST SYN", True),
        ("-p tcp --tcp-flags ALL NONE", False),
    ):
        assert _read(f"-A FORWARD {condition} -j ACCEPT").ruleset.allows(packet) is fits, condition


def test_interfaces_that_begin_alike_have_a_zone_for_those_without_their_own() -> None:
    reading = _read("-A FORWARD -i lan+ -j ACCEPT", "-A FORWARD -i lan0 -o wan0 -j ACCEPT")
    zones = reading.ruleset.zones
    assert zones == ("lan+", "lan0", "wan0", "other", "firewall")
    assert [zone_of(zones, one) for one in ("lan0", "lan7", "wan0", "wan1")] == ["lan0", "lan+", "wan0", "other"]
    for zone, fits in (("lan0", True), ("lan+", True), ("wan0", False)):
        assert reading.ruleset.allows(_packet(zone, "other", "10.0.0.1", "192.0.2.1")) is fits


def test_the_form_of_iptables_dash_s() -> None:
    reading = read_iptables("-P INPUT DROP\n-P FORWARD DROP\n-N a\n-A FORWARD -j a\n-A a -j ACCEPT\n", "r", 4)
    assert _decides(reading, _packet("other", "other", "10.0.0.1", "192.0.2.1")).id == "r:5"


def test_both_families_as_one() -> None:
    four = _read("-A FORWARD -i lan0 -j ACCEPT")
    six = read_iptables("*filter\n:FORWARD DROP [0:0]\n-A FORWARD -i lan1 -j ACCEPT\nCOMMIT\n", "rules.v6", 6)
    both = together([four, six])
    assert both.ruleset.zones == ("lan0", "other", "firewall", "lan1")
    assert _decides(both, _packet("lan1", "other", "fd00::1", "2001:db8::1")).id == "rules.v6:3"
    assert _decides(both, _packet("lan0", "lan1", "10.0.0.1", "10.1.0.1")).id == "rules.v4:5"


def test_chains_that_jump_back_are_refused() -> None:
    with pytest.raises(UnreadableError):
        _read(":a - [0:0]", ":b - [0:0]", "-A FORWARD -j a", "-A a -j b", "-A b -j a")
