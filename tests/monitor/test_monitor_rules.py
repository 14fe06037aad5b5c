from __future__ import annotations

from limen.monitor.monitor_rules import UNPROVEN, LogSource, MonitorRules, Way


def test_who_sends_plain_syslog_proves_nothing() -> None:
    assert {way for way in Way if not LogSource("syslog", way).is_proven} == UNPROVEN == {Way.UDP, Way.TCP}


def test_whoever_writes_a_monitor_file_wants_to_watch() -> None:
    assert MonitorRules() == MonitorRules(watch=True, sources={})
