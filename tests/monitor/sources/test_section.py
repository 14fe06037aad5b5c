"""`sources:` in `monitor.yaml`: what is taken, and each mistake with its line."""

from __future__ import annotations

import pytest
from tests.monitor.test_monitor_file import read_text, the_rules

from limen.clock import DAY, HOUR, MINUTE
from limen.monitor.monitor_rules import LogSource, Way
from limen.monitor.normal_form.kinds import RESERVED
from limen.monitor.sources.section import MOST, changes


def test_a_source_as_it_is_written() -> None:
    rules = the_rules("""sources:
  fw: {kind: syslog, comes: udp, addresses: [192.0.2.7, 10.1.0.0/24], heartbeat: 10m, retention: 30d}
  laptops: {kind: syslog_file, comes: agent, files: [/var/log/auth.log], journal: true}
""")
    assert rules.sources == {
        "fw": LogSource("syslog", Way.UDP, ("192.0.2.7/32", "10.1.0.0/24"), 10 * MINUTE, 30 * DAY),
        "laptops": LogSource("syslog_file", Way.AGENT, files=("/var/log/auth.log",), journal=True),
    }
    assert rules.sources["fw"].heartbeat_ms < HOUR


@pytest.mark.parametrize(
    "wrong",
    [
        "{kind: nothing, comes: http}",
        "{kind: limen, comes: http}",
        "{kind: syslog, comes: pigeon}",
        "{kind: syslog, comes: udp}",
        "{kind: syslog, comes: tcp, addresses: [wren]}",
        "{kind: syslog, comes: tcp, addresses: [10.0.0.0/8]}",
        "{kind: syslog, comes: tcp, addresses: ['2001:db8::/32']}",
        "{kind: syslog, comes: http, heartbeat: 1m}",
        "{kind: syslog, comes: http, heartbeat: often}",
        "{kind: syslog, comes: http, retention: 12h}",
        "{kind: syslog, comes: http, retention: 9999d}",
        "{kind: syslog, comes: agent}",
        "{kind: syslog, comes: agent, files: [relative.log]}",
        "{kind: syslog, comes: http, files: [/var/log/auth.log]}",
        "{kind: syslog, comes: http, journal: true}",
        "{kind: syslog, comes: http, tokens: 1}",
        "{kind: json, comes: http, products: [octa]}",
        "{kind: windows, comes: http, products: [windows]}",
    ],
)
def test_a_mistake_is_told_with_its_line(wrong: str) -> None:
    rules, problems = read_text(f"sources:\n  good: {{kind: json, comes: http}}\n  bad: {wrong}\n")
    assert (rules, {problem.line for problem in problems}) == (None, {3})


def test_a_source_of_json_names_whose_records_come_from_there() -> None:
    sources = the_rules("sources:\n  app: {kind: json, comes: http, products: [okta, entra]}\n").sources
    assert sources["app"].products == ("entra", "okta")
    (said,) = changes({}, sources)
    assert "entra, okta" in said


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_names_of_limens_own_are_taken(name: str) -> None:
    _, problems = read_text(f"sources:\n  {name}: {{kind: json, comes: http}}\n")
    assert [problem.line for problem in problems] == [2]


def test_two_that_only_their_addresses_tell_apart_are_told_apart_by_them() -> None:
    both = (
        "sources:\n  a: {kind: syslog, comes: %s, addresses: [192.0.2.0/24]}\n"
        "  b: {kind: syslog, comes: %s, addresses: [%s]}\n"
    )
    assert len(read_text(both % ("udp", "udp", "192.0.2.9"))[1]) == 1
    assert read_text(both % ("udp", "tcp", "192.0.2.9"))[1] == []
    assert read_text(both % ("udp", "udp", "192.0.3.9"))[1] == []
    assert read_text(both % ("tls", "tls", "192.0.2.9"))[1] == []


def test_there_are_so_many_at_most() -> None:
    lines = [f"  s{number}: {{kind: json, comes: http}}\n" for number in range(MOST + 1)]
    assert read_text(f"sources:\n{''.join(lines[:MOST])}")[1] == []
    assert len(read_text(f"sources:\n{''.join(lines)}")[1]) == 1
