"""One row of a story: who did what, what the answer was, why, what would help, and how long it took."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from limen.app import Limen
from limen.demo.attempt import Attempt
from limen.demo.shown_decision import shown
from limen.devices.projection import Projection
from limen.monitor.alerts import words
from limen.monitor.alerts.model import Alert

NOT_HERE: Final = "not here"
"""The answer of a row that this machine has no means for; its reason says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`answer` is the effect of a decision, or what became of a packet or an upload; `milliseconds` is the time from
    what was done to the answer, an alert that was waited for among it.

    `decision` is the decision's id ("": it never came to one), `policies` what it rests on; `alert` is the id of the
    rule that raised an alert about it, and `response` what Limen did by itself, "" where nothing.
    """

    id: str
    who: str
    does: str
    answer: str
    reason: str
    remedy: str = ""
    milliseconds: float = 0.0
    decision: str = ""
    policies: tuple[str, ...] = ()
    alert: str = ""
    response: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def after(self, seconds: float) -> Row:
        """The same row, which took so long."""
        return replace(self, milliseconds=round(seconds * 1_000, 1))


async def decided(limen: Limen, row_id: str, who: str, does: str, attempt: Attempt) -> Row:
    """The row of something that was asked at a door, with the reasons and remedies that Limen gives."""
    found = await shown(limen, attempt.decision)
    if found is None:
        return Row(id=row_id, who=who, does=does, answer="deny", reason=attempt.title, remedy=attempt.text)
    event = limen.journal.find(found.id)
    record = event.decision if event is not None else None
    return Row(
        id=row_id,
        who=who,
        does=does,
        answer=found.effect,
        reason=" ".join(found.because) or ", ".join(found.reasons),
        remedy=" ".join(found.remedies),
        decision=found.id,
        policies=record.reasons if record is not None else (),
    )


def alarmed(limen: Limen, row: Row, alert: Alert) -> Row:
    """The row with the alert about it: what its rule says of it and what to do next, in the words of the console."""
    held = limen.core.offers.take(Projection).held.get(alert.device_id)
    host = {"host": held.device.name} if held is not None and not alert.says.get("host") else {}
    named = replace(alert, says={**alert.says, **host})  # a log that an agent sends does not name its machine
    said = words.said(named, words.texts_of().get(alert.rule), limen.known)
    return replace(row, alert=alert.rule, reason=said.what, remedy=said.next_step)
