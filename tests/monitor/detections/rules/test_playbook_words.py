"""What a rule asks for by itself is a word that `limen init` writes a playbook for, and somebody it can be done to."""

from __future__ import annotations

from limen.monitor.detections.own_rules import own_rules, shown_rules
from limen.monitor.detections.travel.travel import ABOUT
from limen.monitor.monitor_file import MONITOR_FILE


def test_each_word_has_a_playbook() -> None:
    asked = {one.about.response for one in shown_rules(own_rules())} | {ABOUT.response}
    assert asked - {""} == {"step-up", "end-sessions", "quarantine", "disable"}
    assert [word for word in asked if f" {word}: {{does: " not in MONITOR_FILE.initial and word] == []


def test_nothing_is_asked_for_against_an_address() -> None:
    aimed = [one.about.file for one in shown_rules(own_rules()) if one.about.entity == "address" and one.about.response]
    assert aimed == ["network/malware-speaks-home.yml"]  # the device that has the address now
