"""The one rule: what nobody can vouch for may raise what a document counts as, and never lower it."""

from __future__ import annotations

import pytest

from limen.data.labels.model import Claim, DocumentLabel, Standing, label_in_force, label_of_word, raised
from limen.facts import Label

PUBLIC, INTERNAL, CONFIDENTIAL, RESTRICTED = Label


@pytest.mark.parametrize(
    ("word", "label"), [("Confidential", 2), (" restricted ", 3), ("secret", None), ("x" * 99, None)]
)
def test_words_are_read_as_people_write_them(word: str, label: int | None) -> None:
    assert label_of_word(word) == label


def test_the_higher_of_two_counts() -> None:
    assert raised(None, None) is None
    assert raised(PUBLIC, None) is PUBLIC
    assert raised(INTERNAL, RESTRICTED) is RESTRICTED


def _lowered(to: Label, lowered_from: Label | None, others: Label | None = None) -> Claim:
    return Claim(to, Standing.PROVEN, DocumentLabel(to, 1, "p_1", lowered_from), others)


@pytest.mark.parametrize(
    ("claim", "content", "in_force"),
    [
        (Claim(), RESTRICTED, RESTRICTED),
        (Claim(INTERNAL), RESTRICTED, RESTRICTED),
        (Claim(RESTRICTED), PUBLIC, RESTRICTED),
        (_lowered(INTERNAL, None), CONFIDENTIAL, CONFIDENTIAL),
        (_lowered(INTERNAL, CONFIDENTIAL), CONFIDENTIAL, INTERNAL),
        (_lowered(INTERNAL, CONFIDENTIAL), None, INTERNAL),
        (_lowered(INTERNAL, CONFIDENTIAL), RESTRICTED, RESTRICTED),
        (_lowered(INTERNAL, RESTRICTED, CONFIDENTIAL), RESTRICTED, CONFIDENTIAL),
    ],
    ids=["silent", "unmarked", "raises", "no-reason", "lowered", "of-nothing", "worse-since", "microsoft-says-more"],
)
def test_a_label_is_lowered_by_a_proven_reason_alone(claim: Claim, content: Label | None, in_force: Label) -> None:
    assert label_in_force(claim, content) is in_force
