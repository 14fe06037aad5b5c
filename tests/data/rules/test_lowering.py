"""Who may lower the label of a document themselves."""

from __future__ import annotations

from limen.data.labels.model import Claim, DocumentLabel, Standing
from limen.data.rules.judging import UNKNOWN, Sender
from limen.data.rules.lowering import is_own_correction, lowered_by, may_lower
from limen.data.rules.stated import NO_RULES, DataRules, LabelRule
from limen.facts import Label

PUBLIC, INTERNAL, CONFIDENTIAL, RESTRICTED = Label
RULES = DataRules(
    labels=(
        LabelRule(CONFIDENTIAL, lowered_by=frozenset({"finance"})),
        LabelRule(RESTRICTED, lowered_by=frozenset({"eve@harbor.example"})),
    )
)
FINANCE, EVE = Sender(frozenset({"finance"})), Sender(frozenset({"staff"}), "eve@harbor.example")


def test_nobody_may_whom_nothing_names() -> None:
    for label in Label:
        assert not may_lower(NO_RULES, EVE, label)
        assert not may_lower(RULES, UNKNOWN, label)
        assert not may_lower(RULES, Sender(frozenset({"staff"}), "max@harbor.example"), label)


def test_whoever_may_lower_a_label_may_lower_those_below_it() -> None:
    assert [may_lower(RULES, FINANCE, one) for one in Label] == [True, True, True, False]
    assert [may_lower(RULES, EVE, one) for one in Label] == [True, True, True, True]
    assert lowered_by(RULES, INTERNAL) == ("eve@harbor.example", "finance")
    assert lowered_by(RULES, RESTRICTED) == ("eve@harbor.example",)


def _set_by(person: str, lowered_from: Label | None = None, others: Label | None = None) -> Claim:
    said = DocumentLabel(CONFIDENTIAL, 1, person, lowered_from)
    return Claim(CONFIDENTIAL, Standing.PROVEN, said, others)


def test_ones_own_label_is_corrected_down_to_what_the_content_says() -> None:
    assert is_own_correction(_set_by("p_1"), None, PUBLIC, "p_1")
    assert is_own_correction(_set_by("p_1"), INTERNAL, INTERNAL, "p_1")
    assert not is_own_correction(_set_by("p_1"), INTERNAL, PUBLIC, "p_1")
    assert not is_own_correction(_set_by("p_1", others=INTERNAL), None, PUBLIC, "p_1")
    assert not is_own_correction(_set_by("p_1", lowered_from=RESTRICTED), None, PUBLIC, "p_1")
    assert not is_own_correction(_set_by("p_2"), None, PUBLIC, "p_1")
    assert not is_own_correction(_set_by(""), None, PUBLIC, "")
    assert not is_own_correction(Claim(CONFIDENTIAL, Standing.CHANGED), None, PUBLIC, "p_1")
