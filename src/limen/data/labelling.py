"""Labelling a document in the browser: what label it has and should have, what this person may give it, and the
document with it. Nothing of the document is kept; a label is lowered if, and only if, that is journaled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from limen.data.documents import Inspected
from limen.data.findings import store
from limen.data.labels.changing import LabelChange, change_of
from limen.data.labels.model import Claim, WhyNoLabel, raised
from limen.data.protection import DataProtection
from limen.data.rules.lowering import is_own_correction, lowered_by, may_lower
from limen.data.rules.model import Channel, Passing
from limen.errors import LimenError
from limen.facts import Label
from limen.pillar import Core
from limen.printable import one_line
from limen.storage import Transaction

LONGEST_WHY: Final = 300


class Choice(StrEnum):
    """What it would be to give a document this label."""

    GIVEN = "given"
    """It counts as this, or as more, from then on; nobody has to say why."""
    LOWERED = "lowered"
    """It counts as less than before, and the person says why."""
    NOT_YOURS = "not-yours"
    """It would count as less than before, and this person may not do that."""
    HELD = "held"
    """Another tool, or a document packed in it, says more: it would count as that all the same."""
    UNREAD = "unread"
    """It would count as less, and not all of it could be read."""


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A document as one person is shown it. `inspected`: without values that are allowed for them. `content`: the label
    of its content alone; `counts_as`: what it counts as now; `choices`: what each label would be. `ask`: who may lower
    it, as groups and email addresses. `why_not`: why it can't have a label at all.
    """

    inspected: Inspected
    claim: Claim
    content: Label | None
    counts_as: Label | None
    choices: Mapping[Label, Choice]
    ask: tuple[str, ...] = ()
    why_not: WhyNoLabel | None = None


class NotGivenError(LimenError):
    """A document that stays as it is; `choice` is what it would have been, LOWERED where no reason was given."""

    def __init__(self, looked: LookedAt, choice: Choice, what: str, fix: str) -> None:
        super().__init__(what, fix)
        self.looked, self.choice = looked, choice


class Labelling:
    """Used on the event loop."""

    def __init__(self, core: Core, protection: DataProtection) -> None:
        self._core, self._protection = core, protection

    async def look(self, data: bytes, name: str, person: str) -> LookedAt:
        """What there is to say about a document. Raises nothing: what can't be looked into says why."""
        looked = await self._looked(data, name, person)
        return replace(looked, why_not=await self._protection.why_no_label(data, person))

    async def give(self, data: bytes, name: str, person: str, label: Label, why: str) -> bytes:
        """The document with this label. Raises NoLabelError, and NotGivenError where this person may not give it, or
        has to say why and does not.
        """
        looked = await self._looked(data, name, person)
        choice, reason = looked.choices[label], one_line(why, LONGEST_WHY)
        if choice not in {Choice.GIVEN, Choice.LOWERED}:
            raise NotGivenError(looked, choice, f"it can't be made {label.word} here", "choose a higher label")
        if choice is Choice.LOWERED and not reason:
            fix = f"say why, in at most {LONGEST_WHY} characters"
            raise NotGivenError(looked, choice, f"{label.word} needs a reason", fix)
        change = self._change(looked.claim, looked.content, label, person)
        labelled = await self._protection.labelled(data, change.said, person)
        if change.lowers is not None:
            await self._core.write(lambda transaction: _lower(transaction, change, reason))
        return labelled

    async def _looked(self, data: bytes, name: str, person: str) -> LookedAt:
        passing = Passing(Channel.UPLOAD, person)
        inspected = await self._protection.inspect(data, name, person)
        judged, claim = self._protection.judge(passing, inspected), self._protection.claim(inspected)
        before = claim.proven.lowered_from if claim.proven is not None else None
        highest = raised(before, judged.in_force)
        return LookedAt(
            self._protection.counting(passing, inspected),
            claim,
            judged.label,
            judged.in_force,
            {
                label: self._choice(claim, judged.label, label, person, is_whole=not inspected.why_not)
                for label in Label
            },
            () if highest is None else lowered_by(self._protection.rules, highest),
        )

    def _choice(self, claim: Claim, content: Label | None, label: Label, person: str, *, is_whole: bool) -> Choice:
        change = self._change(claim, content, label, person)
        if change.lowers is None:
            return Choice.GIVEN
        if claim.others is not None and label < claim.others:
            return Choice.HELD
        if not is_whole:
            return Choice.UNREAD
        rules, sender = self._protection.rules, self._protection.sender(person)
        is_theirs = may_lower(rules, sender, change.said.lowered_from or change.lowers)
        is_theirs = is_theirs or is_own_correction(claim, content, label, person)
        return Choice.LOWERED if is_theirs else Choice.NOT_YOURS

    def _change(self, claim: Claim, content: Label | None, label: Label, person: str) -> LabelChange:
        return change_of(claim, content, label, self._core.clock.now(), person)


def _lower(transaction: Transaction, change: LabelChange, why: str) -> None:
    """The event says who, from what and to what. Their words are kept beside it, since it outlasts them."""
    event = transaction.say(change.event())
    store.keep_reason(transaction.connection, event.id, change.said.by, why, change.said.at)
