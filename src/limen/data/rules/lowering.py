"""Who may lower the label of a document themselves: whom `data.yaml` names, and who corrects their own."""

from __future__ import annotations

from limen.data.labels.model import Claim, raised
from limen.data.rules.judging import UNKNOWN, Sender
from limen.data.rules.stated import DataRules
from limen.facts import Label


def may_lower(rules: DataRules, sender: Sender, lowered_from: Label) -> bool:
    """Whether this person may lower what is labelled so: whoever may lower a label may lower those below it."""
    if sender is UNKNOWN:
        return False
    return any(one.label >= lowered_from and sender.is_among(one.lowered_by) for one in rules.labels)


def is_own_correction(claim: Claim, content: Label | None, label: Label, person: str) -> bool:
    """Whether nothing but a label that this person set themselves, on this very content, would be lowered."""
    own = claim.proven
    if own is None or not person or own.by != person or own.lowered_from is not None:
        return False
    least = raised(content, claim.others)
    return least is None or label >= least


def lowered_by(rules: DataRules, lowered_from: Label) -> tuple[str, ...]:
    """Whom somebody may ask who may not lower a label themselves: groups and email addresses."""
    return tuple(sorted({name for one in rules.labels if one.label >= lowered_from for name in one.lowered_by}))
