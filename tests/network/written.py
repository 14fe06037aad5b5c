"""network.yaml as tests write it: read as `limen check` reads it."""

from __future__ import annotations

from limen.company.child import parse_texts
from limen.configuration.problem import Problem
from limen.configuration.tree import Tree
from limen.network.model import FILE
from limen.network.network_file import read
from limen.network.stated import NetworkFile
from limen.pillar import Around

GROUPS = frozenset({"staff", "finance", "administrators"})
AROUND = Around(None, GROUPS, frozenset())

ZONES = """zones:
  office: {kind: workstation, prefixes: [10.10.0.0/24, "fd00:10::/64"]}
  servers: {kind: server, prefixes: [10.20.0.0/24, "fd00:20::/64"]}
  printers: {kind: iot, prefixes: [10.30.0.0/24]}
  backup: {kind: backup, prefixes: [10.60.0.0/28]}
hosts:
  files: {zone: servers, addresses: [10.20.0.10, "fd00:20::10"]}
  erp: {zone: servers, addresses: 10.20.0.4}
"""

LINES = ZONES.count("\n")
"""How many lines stand before what is put behind `ZONES`."""


def flow(
    id_: str, source: str, to: str, service: str, rest: str = "owner: staff, purpose: work, review: 2027-05-01"
) -> str:
    """One item of `flows`: `flow("a", "office", "[erp, files]", "https")`."""
    return f"  - {{id: {id_}, from: {source}, to: {to}, service: {service}, {rest}}}\n"


def read_text(text: str, around: Around = AROUND) -> tuple[NetworkFile | None, list[Problem]]:
    """What the text states, and all that is wrong with it."""
    files, problems = parse_texts({FILE: text})
    assert not problems
    return read(Tree(files[FILE]["tree"]), around)


def stated(text: str) -> NetworkFile:
    """What the text states, with which nothing is wrong."""
    file, problems = read_text(text)
    assert problems == []
    assert file is not None
    return file


def lines(text: str, around: Around = AROUND) -> list[int]:
    """In which lines something is wrong."""
    return sorted(one.line for one in read_text(text, around)[1])
