"""`places:` in `monitor.yaml`: read with its lines, and what changes with it."""

from __future__ import annotations

import msgspec
import pytest

from limen.clock import DAY
from limen.company.child import parse_texts
from limen.configuration.problem import Problem
from limen.configuration.tree import Tree
from limen.monitor.monitor_file import FILE, changes, read
from limen.monitor.monitor_rules import MonitorRules
from limen.monitor.places.rules import AddressList, Egress, EgressKind, PlaceRules
from limen.pillar import Around

WHOLE = """places:
  databases: [/srv/city.mmdb, asn.mmdb]
  lists:
    tor: {file: tor.txt}
    vpns: {file: /srv/vpns.txt, max_age: 30d}
  egress:
    our-vpn: {kind: vpn, addresses: [198.51.100.0/28]}
    phones: {kind: carrier, owners: [AS64500, 64501]}
  networks: {office: AT}
"""


def read_text(text: str) -> tuple[MonitorRules | None, list[Problem]]:
    files, problems = parse_texts({FILE: text})
    assert problems == []
    return read(Tree(files[FILE]["tree"]), Around(None, None, None))


def test_places_as_they_are_written() -> None:
    rules, problems = read_text(WHOLE)
    assert problems == []
    assert rules is not None
    assert rules.places == PlaceRules(
        databases=("/srv/city.mmdb", "asn.mmdb"),
        lists=(AddressList("tor", "tor.txt", 14 * DAY), AddressList("vpns", "/srv/vpns.txt", 30 * DAY)),
        egress=(
            Egress("our-vpn", EgressKind.VPN, ("198.51.100.0/28",)),
            Egress("phones", EgressKind.CARRIER, owners=(64500, 64501)),
        ),
        networks={"office": "AT"},
    )
    assert msgspec.json.decode(msgspec.json.encode(rules), type=MonitorRules) == rules


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("places:\n  databases: city.mmdb\n", 2),
        ("places:\n  databases:\n    - a.mmdb\n    - ''\n", 4),
        ('places:\n  databases: ["a\\eb"]\n', 2),
        ("places:\n  lists:\n    tor: {}\n", 3),
        ("places:\n  lists:\n    Tor: {file: x}\n", 3),
        ("places:\n  lists:\n    tor: {file: x, max_age: 1h}\n", 3),
        ("places:\n  lists:\n    tor: {file: x, max_age: ever}\n", 3),
        ("places:\n  egress:\n    vpn: {kind: vpn}\n", 3),
        ("places:\n  egress:\n    vpn: {kind: tunnel, owners: [AS1]}\n", 3),
        ("places:\n  egress:\n    vpn: {kind: vpn, addresses: [198.51.100.1/28]}\n", 3),
        ("places:\n  egress:\n    vpn: {kind: vpn, addresses: [0.0.0.0/0]}\n", 3),
        ("places:\n  egress:\n    vpn:\n      kind: vpn\n      owners: [AS1, A1]\n", 5),
        ("places:\n  networks:\n    office: Austria\n", 3),
        ("places:\n  maps: []\n", 2),
    ],
)
def test_what_is_wrong_is_said_with_its_line(written: str, line: int) -> None:
    rules, problems = read_text(written)
    assert rules is None
    assert [one.line for one in problems] == [line]


def test_every_problem_is_said_at_once() -> None:
    lists, egress = "  lists:\n    tor: {file: x, max_age: 1h}\n", "  egress:\n    vpn: {kind: vpn}\n"
    _, problems = read_text(f"places:\n{lists}{egress}  networks: {{office: at}}\n")
    assert [one.line for one in problems] == [3, 5, 6]


def test_what_changes_is_one_line_each() -> None:
    whole, _ = read_text(WHOLE)
    nothing, _ = read_text("watch: true\n")
    assert len(list(changes(nothing, whole))) == 6
    assert len(list(changes(whole, nothing))) == 6
    assert list(changes(whole, whole)) == []
    other, _ = read_text(WHOLE.replace("30d", "31d").replace("AT", "DE"))
    assert len(list(changes(whole, other))) == 2
