"""Giving a document a label: what is written into it then, and whether that lowers what it counts as. Pure, but for the
event; the command and the pages do it in this one way.
"""

from __future__ import annotations

from dataclasses import dataclass

from limen.clock import Instant
from limen.data.labels.kinds import LOWERED
from limen.data.labels.model import Claim, DocumentLabel, label_in_force, raised
from limen.events import Event
from limen.facts import Label


@dataclass(frozen=True, slots=True)
class LabelChange:
    """`said` is what the document says from then on. `lowers`: what it counted as, where it counts as less from then
    on, for which there has to be a reason; None where it does not, as where an older lowering is kept.
    """

    said: DocumentLabel
    lowers: Label | None = None

    def event(self, why: str = "") -> Event:
        """What is journaled of a label that is lowered: if it can't be, it is not lowered."""
        before = self.lowers.word if self.lowers is not None else ""
        details = {"before": before, "after": self.said.label.word, **({"why": why} if why else {})}
        return Event(at=self.said.at, kind=LOWERED, actor=self.said.by, details={**details})


def change_of(claim: Claim, content: Label | None, label: Label, at: Instant, by: str) -> LabelChange:
    """A document that claims `claim`, and whose content says `content`, gets this label at this instant.

    With it the document counts as exactly this label, or as more where other tools or what is packed in it say more.
    """
    counts_as, own = label_in_force(claim, content), claim.proven
    before = own.lowered_from if own is not None else None
    lowers = counts_as if counts_as is not None and label < counts_as else None
    lowered_from = raised(before, lowers)
    if lowered_from is not None and label >= lowered_from:
        lowered_from = None
    return LabelChange(DocumentLabel(label, at, by, lowered_from), lowers)
