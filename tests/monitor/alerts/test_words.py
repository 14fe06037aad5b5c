"""Whatever finds something has words: rules, what is measured, and what is found about rules themselves."""

from __future__ import annotations

from limen.monitor.alerts.words import texts_of
from limen.monitor.detections.measured import MEASURED
from limen.monitor.detections.of_rules import OF_RULES
from limen.monitor.detections.own_rules import own_rules


def test_every_finding_has_a_sentence_and_a_next_step_in_both_languages() -> None:
    texts = texts_of()
    wanted = {*MEASURED, *(one.id for one in OF_RULES), *(one.id for one in own_rules().correlations)}
    assert wanted <= set(texts)
    for name in (*MEASURED, *(one.id for one in OF_RULES)):
        about = texts[name]
        assert all((about.sentence, about.sentence_de, about.next_step, about.next_step_de)), name
