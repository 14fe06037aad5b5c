"""What people are told of being watched follows `monitor.yaml`: its sources, its measures, its figures."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from limen.clock import DAY
from limen.messages import Language, Words
from limen.monitor.monitor_rules import LogSource, MonitorRules, Way
from limen.monitor.response.model import Doing
from limen.monitor.response.rules import Playbook
from limen.privacy.notice_watching import watched


@pytest.mark.parametrize("language", Language)
def test_each_source_and_each_measure_is_told(language: Language) -> None:
    words = Words(language, ZoneInfo("Europe/Vienna"))
    sources = {"firewall": LogSource(kind="fortigate", way=Way.TLS)}
    plain = watched(words, MonitorRules())
    playbook = Playbook(name="q", does=Doing.QUARANTINE, lasts_ms=DAY)
    with_more = watched(words, MonitorRules(sources=sources, playbooks=(playbook,)))
    assert plain.heading == with_more.heading
    assert any("firewall" in item for item in with_more.items)
    assert not any("firewall" in item for item in plain.items)
    assert len(set(with_more.items) ^ set(plain.items)) >= 2
    assert "{" not in "".join(with_more.items)
