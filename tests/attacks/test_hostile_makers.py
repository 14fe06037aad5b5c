"""Configurations of FortiGate, Palo Alto, Cisco and Windows that were written to mislead or to fill memory, and
names in network.yaml that would steer what a firewall is told.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.dial import size
from tests.network.emit.makers import TODAY, firewall, network
from tests.network.networks import flow, way
from tests.network.reading.sampled import SAMPLES
from tests.network.reading.test_fortigate import policy
from tests.network.reading.test_paloalto import entry, rulebase, system

from limen.errors import LimenError
from limen.network.emit.makers import told
from limen.network.reading.cisco import read_cisco
from limen.network.reading.files import File, read_files
from limen.network.reading.fortigate import read_fortigate
from limen.network.reading.paloalto import read_paloalto
from limen.network.reading.reading import UnreadableError
from limen.network.reading.windows import read_windows
from limen.network.shapes import MAKERS

LIST = "access-list a extended permit ip object-group g0 any\n"
ADD = "netsh advfirewall firewall add rule name=x dir=in action=allow "


def fortigate_groups(count: int, member: Callable[[int], str]) -> str:
    groups = "".join(f"edit g{number}\nset member {member(number)}\nnext\n" for number in range(count))
    return f"config firewall addrgrp\n{groups}end\n" + policy(srcaddr="g0")


def paloalto_groups(count: int, members: Callable[[int], str]) -> str:
    groups = "".join(f"<entry name='g{number}'><static>{members(number)}</static></entry>" for number in range(count))
    return system(f"<address-group>{groups}</address-group>" + rulebase(entry(source="g0")))


def cisco_groups(count: int, member: Callable[[int], str]) -> str:
    return LIST + "".join(f"object-group network g{number}\n {member(number)}\n" for number in range(count))


@pytest.mark.parametrize("count", [3, 1_000])
def test_groups_in_a_circle_are_refused(count: int) -> None:
    """A circle of three, and one so long that it can't be followed to its end."""
    follows = [f"g{(number + 1) % count}" for number in range(count)]
    for read, text in (
        (read_fortigate, fortigate_groups(count, lambda number: follows[number])),
        (read_paloalto, paloalto_groups(count, lambda number: f"<member>{follows[number]}</member>")),
        (read_cisco, cisco_groups(count, lambda number: f"group-object {follows[number]}")),
    ):
        with pytest.raises(UnreadableError):
            read(text)


def test_groups_that_double_cost_nothing() -> None:
    """Two to the fortieth members, of which each is the same."""
    began = time.process_time()
    read_fortigate(fortigate_groups(40, lambda number: f"g{number + 1} g{number + 1}" if number < 39 else "all"))
    twice = "<member>g{0}</member><member>g{0}</member>"
    read_paloalto(paloalto_groups(40, lambda number: twice.format(number + 1)))
    assert time.process_time() - began < 10


def test_lists_that_multiply_are_refused_before_they_are_written_out() -> None:
    """Two thousand sources by two thousand destinations by a hundred ports."""
    hosts = "".join(f" host 10.{number >> 8}.{number & 255}.1\n" for number in range(0, 4_000, 2))
    cisco = (
        f"object-group network g\n{hosts}access-list a extended permit tcp object-group g object-group g range 1 2\n"
    )
    members = " ".join(f"a{number}" for number in range(2_000))
    plain = "".join(
        f"edit a{number}\nset subnet 10.{number >> 7}.{2 * number & 255}.1/32\nnext\n" for number in range(2_000)
    )
    addresses = plain.replace("/32", " 255.255.255.255")
    fortigate = f"config firewall address\n{addresses}end\n" + policy(srcaddr=members, dstaddr=members)
    literal = "</member><member>".join(f"10.{number >> 7}.{2 * number & 255}.1" for number in range(2_000))
    paloalto = system(rulebase(entry(source=literal, destination=literal)))
    windows = ADD + "remoteip={0} localip={0}".format(literal.replace("</member><member>", ",")[:60_000])
    began = time.process_time()
    for read, text in (
        (read_cisco, cisco),
        (read_fortigate, fortigate),
        (read_paloalto, paloalto),
        (read_windows, windows),
    ):
        with pytest.raises(UnreadableError):
            read(text)
    assert time.process_time() - began < 60


@pytest.mark.parametrize(
    "text",
    [
        "config firewall policy\n" * 1_000,
        'config firewall policy\nedit "' + "x\n" * 2_000_000,
        "config firewall policy\nedit 1\nset comments " + '"a' * 100_000,
        "config vdom\n" * 11 + "end\n" * 11,
    ],
)
def test_a_configuration_of_a_fortigate_without_an_end_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        read_fortigate(text)


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE c [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><config>&b;</config>',
        '<!DOCTYPE c [<!ENTITY a SYSTEM "file:///etc/passwd">]><config>&a;</config>',
        "<config>" * 5_000,
        "<config xmlns:x='http://127.0.0.1/'><x:include href='file:///etc/passwd'/></config>",
    ],
)
def test_xml_that_does_more_than_say_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        read_paloalto(text)


def test_a_quoted_end_does_not_hide_a_policy() -> None:
    """What stands in a certificate is no policy, and the policy behind it is one."""
    hidden = (
        'config vpn certificate local\nedit x\nset key "\nend\nconfig firewall policy\nedit 9\nset action accept\n"\n'
    )
    (rule,) = read_fortigate(hidden + "next\nend\n" + policy(srcaddr="all", name="open")).ruleset.rules
    assert rule.id == "open"


def test_a_remark_is_no_line() -> None:
    lines = ("remark", "extended deny ip any any", "remark extended permit ip any any")
    text = "".join(f"access-list a {one}\n" for one in lines)
    assert not any(one.allows for one in read_cisco(text).ruleset.rules)


def test_other_digits_are_no_ports() -> None:
    reading = read_cisco("access-list a extended permit tcp any any eq ４４３\n")
    assert not reading.ruleset.rules
    assert reading.not_understood


@pytest.mark.parametrize("kind", ["fortigate", "paloalto", "cisco", "windows"])
@pytest.mark.parametrize("text", ["", "\x00", "\ufeff", "config", "end\nend", "<", "a" * 100_000, "]]>", "\u2028"])
def test_what_is_none_is_refused(kind: str, text: str) -> None:
    with pytest.raises(UnreadableError):
        read_files([File("x", text)], kind)


def test_a_name_of_a_policy_steers_no_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "x.conf"
    file.write_text(policy(name='"\x1b[2J\u202eopen"', service="\x1b[31m"), "utf-8")
    assert leave("network", "import", str(file)) == 0
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "\u202e" not in said


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("name", ['x"\nend', "x to-zone any", "x\nedit 1", "any", "local-in-policy", "x" * 200])
def test_what_a_zone_is_called_says_nothing_else_to_a_firewall(kind: str, name: str) -> None:
    of = network([flow("files", way("office", "files", "ssh"))])
    tagged = replace(of.zones[0], tags=((kind, name),))
    one = replace(of, zones=(tagged, *of.zones[1:]))
    if kind == "windows":
        assert "x to-zone" not in told(one, firewall(kind), TODAY).text
        return
    with pytest.raises(LimenError):
        told(one, firewall(kind), TODAY)


@pytest.mark.parametrize("name", ["fortigate.conf", "paloalto.xml", "asa.conf", "ios.conf", "windows.txt"])
def test_a_broken_configuration_is_read_or_refused_and_nothing_else(name: str) -> None:
    """Words and lines that somebody took out, doubled, or put where others stood."""
    text = (SAMPLES / name).read_text("utf-8")
    kind = read_files([File(name, text)]).kind
    for seed in range(size(400)):
        with suppress(UnreadableError):
            read_files([File(name, _broken(text, random.Random(seed)))], kind)


def _broken(text: str, chance: random.Random) -> str:
    parts = re.split(r"(\s+)", text) if chance.random() < 0.6 else text.splitlines(keepends=True)
    for _ in range(chance.randint(1, 12)):
        at, other = chance.randrange(len(parts)), chance.randrange(len(parts))
        change = chance.randrange(5)
        if change == 0:
            del parts[at]
        elif change == 1:
            parts.insert(at, parts[other])
        elif change == 2:
            parts[at], parts[other] = parts[other], parts[at]
        elif change == 3:
            parts[at] = parts[at][: chance.randrange(len(parts[at]) + 1)]
        else:
            parts[at] = chance.choice(
                ["-1", "²", "999999999999", '"', "\\", "{", "é", "0.0.0.0/0", "::", "any", "\x00", "<", "/"]
            )
    return "".join(parts)


@pytest.mark.parametrize("number", ["²", "9" * 5_000, "-1", '"1\nend\nconfig system admin\nedit eve"', "x"])
@pytest.mark.parametrize("interface", ["cameras", "vlan10"])
def test_numbers_of_policies_that_are_none_come_into_no_text(number: str, interface: str) -> None:
    now = policy(srcintf=interface, dstintf="vlan20").replace("edit 1", f"edit {number}")
    with pytest.raises(LimenError):
        told(network([flow("files", way("office", "files", "ssh"))]), firewall("fortigate"), TODAY, now)


def test_digits_of_other_kinds_are_no_numbers_of_cisco() -> None:
    lines = ("interface G0", " nameif in", " security-level ²", "access-list ² permit tcp any any")
    text = "\n".join([*lines, "access-group ² in interface in"])
    assert read_cisco(text).ruleset.zones == ("in", "other")
