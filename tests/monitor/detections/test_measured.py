from __future__ import annotations

from limen.monitor.detections.measured import MEASURED
from limen.monitor.detections.own_rules import own_rules
from limen.monitor.detections.tactics import TACTICS


def test_no_two_findings_share_an_id_or_a_name() -> None:
    rules = own_rules()
    others = {one.about.name for one in (*rules.rules, *rules.correlations)}
    assert not set(MEASURED) & {one.id for one in (*rules.rules, *rules.correlations)}
    assert not {one.name for one in MEASURED.values()} & others
    assert len({one.name for one in MEASURED.values()}) == len(MEASURED)


def test_each_has_its_tactic_and_says_what_to_do() -> None:
    for one in MEASURED.values():
        assert one.tags[0].removeprefix("attack.") in TACTICS
        assert all((one.sentence, one.sentence_de, one.next_step, one.next_step_de, one.title))
