"""What is written into a document that gets a label, and whether that lowers what it counts as."""

from __future__ import annotations

import pytest

from limen.data.labels.changing import change_of
from limen.data.labels.kinds import LOWERED
from limen.data.labels.model import Claim, DocumentLabel, Standing
from limen.facts import Label

PUBLIC, INTERNAL, CONFIDENTIAL, RESTRICTED = Label


def _proven(label: Label, lowered_from: Label | None = None, others: Label | None = None) -> Claim:
    return Claim(label, Standing.PROVEN, DocumentLabel(label, 1, "p_1", lowered_from), others)


@pytest.mark.parametrize(
    ("claim", "content", "label", "lowers", "lowered_from"),
    [
        (Claim(), None, CONFIDENTIAL, None, None),
        (Claim(), CONFIDENTIAL, RESTRICTED, None, None),
        (Claim(), CONFIDENTIAL, INTERNAL, CONFIDENTIAL, CONFIDENTIAL),
        (Claim(RESTRICTED), None, INTERNAL, RESTRICTED, RESTRICTED),
        (_proven(INTERNAL, RESTRICTED), RESTRICTED, INTERNAL, None, RESTRICTED),  # as it was lowered before
        (_proven(INTERNAL, RESTRICTED), RESTRICTED, PUBLIC, INTERNAL, RESTRICTED),  # and lowered once more
        (_proven(PUBLIC, RESTRICTED), RESTRICTED, CONFIDENTIAL, None, RESTRICTED),  # raised, and below its content
        (_proven(PUBLIC, CONFIDENTIAL), CONFIDENTIAL, RESTRICTED, None, None),
        (_proven(PUBLIC, INTERNAL), RESTRICTED, CONFIDENTIAL, RESTRICTED, RESTRICTED),  # it says more by now
    ],
)
def test_what_a_label_makes_of_a_document(
    claim: Claim, content: Label | None, label: Label, lowers: Label | None, lowered_from: Label | None
) -> None:
    change = change_of(claim, content, label, 7, "p_2")
    assert (change.lowers, change.said) == (lowers, DocumentLabel(label, 7, "p_2", lowered_from))


def test_the_event_says_who_lowered_it_from_what_to_what() -> None:
    change = change_of(Claim(), CONFIDENTIAL, PUBLIC, 7, "p_2")
    event = change.event("on our site")
    assert (event.kind, event.actor, event.at) == (LOWERED, "p_2", 7)
    assert event.details == {"before": "confidential", "after": "public", "why": "on our site"}
    assert "why" not in change.event().details
