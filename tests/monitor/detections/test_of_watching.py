"""What is found about watching itself has words in both languages, and a name that no rule takes."""

from __future__ import annotations

from limen.monitor.detections.of_watching import OF_WATCHING
from limen.monitor.detections.own_rules import own_rules


def test_each_says_what_is_so_and_what_to_do_in_both_languages() -> None:
    assert OF_WATCHING
    for one in OF_WATCHING:
        assert all((one.title, one.sentence, one.sentence_de, one.next_step, one.next_step_de)), one.id
    assert not {one.id for one in OF_WATCHING} & {rule.id for rule in own_rules().rules}
