"""`monitor.yaml`: read with its lines, and what changes with it."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from limen.company.child import parse_texts
from limen.configuration.problem import Problem
from limen.configuration.tree import Tree
from limen.facts import FactStore
from limen.monitor.monitor_file import FILE, INITIAL, MONITOR_FILE, changes, in_force, read
from limen.monitor.monitor_rules import MonitorRules
from limen.pillar import Around


def read_text(text: str) -> tuple[MonitorRules | None, list[Problem]]:
    files, problems = parse_texts({FILE: text})
    assert not problems
    return read(Tree(files[FILE]["tree"]), Around(None, None, None))


def the_rules(text: str) -> MonitorRules:
    found, problems = read_text(text)
    assert found is not None, problems
    return found


def test_what_limen_init_writes_watches_limen_itself() -> None:
    written = the_rules(INITIAL)
    assert replace(written, playbooks=()) == MonitorRules() == the_rules("")
    assert [one.name for one in written.playbooks] == ["step-up", "end-sessions", "quarantine"]
    assert MONITOR_FILE.initial == INITIAL


def test_an_unknown_section_is_told_with_its_line() -> None:
    rules, problems = read_text("watch: true\nsource:\n  a: {kind: json, comes: http}\n")
    assert (rules, [problem.line for problem in problems]) == (None, [2])


def test_without_the_file_nothing_is_watched() -> None:
    known = FactStore()
    in_force(known, None)
    assert known.rules_of(MonitorRules) == MonitorRules(watch=False)
    in_force(known, MonitorRules())
    assert known.rules_of(MonitorRules) == MonitorRules()


def test_what_changes_is_said() -> None:
    one = the_rules("sources:\n  a: {kind: json, comes: http}\n")
    other = the_rules("watch: false\nsources:\n  a: {kind: json, comes: tls}\n  b: {kind: json, comes: http}\n")
    assert len(list(changes(None, one))) == 2
    assert len(list(changes(one, other))) == 3
    assert len(list(changes(other, None))) == 2
    assert list(changes(one, one)) == []


def test_it_is_kept_with_a_revision_as_it_is() -> None:
    rules = the_rules("sources:\n  a: {kind: syslog, comes: udp, addresses: [192.0.2.1], heartbeat: 5m}\n")
    assert msgspec.json.decode(msgspec.json.encode(rules), type=MonitorRules) == rules
