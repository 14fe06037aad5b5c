"""A decision about a finding: kept with a reason and an end. What is one person after all raises no alert meanwhile."""

from __future__ import annotations

from typing import Final

from limen.clock import DAY, Instant
from limen.company.unique_identities.model import Finding, Kind
from limen.errors import LimenError
from limen.identity import account_decisions
from limen.identity.model import AccountDecision, Choice
from limen.monitor.alerts import store as alerts, suppressing
from limen.monitor.alerts.suppressing import Wanted
from limen.monitor.detections.shared_accounts.shared_accounts import ABOUT
from limen.storage import Transaction

CHOICES: Final = {
    Kind.SHARED_USE: (Choice.ONE_PERSON, Choice.SEPARATE, Choice.WORKLOAD),
    Kind.TWO_ACCOUNTS: (Choice.ONE_PERSON, Choice.SEPARATE, Choice.KEEP),
    Kind.NO_PERSONS_NAME: (Choice.ONE_PERSON, Choice.SEPARATE, Choice.WORKLOAD),
    Kind.NEVER_USED: (Choice.KEEP, Choice.WORKLOAD),
    Kind.HOLDER_GONE: (Choice.KEEP,),
    Kind.UNMATCHED: (Choice.KEEP,),
    Kind.WORKLOAD: (Choice.KEEP,),
    Kind.SERVICE_ACCOUNT: (Choice.KEEP,),
}
"""What can be decided about which finding."""
_PERSON: Final = "p_"


def decide(
    transaction: Transaction, finding: Finding, choice: str, days: int, why: str, now: Instant, *, by: str
) -> AccountDecision:
    """From now on. Raises LimenError, saying what is wrong with it."""
    if choice not in CHOICES[finding.kind]:
        raise LimenError("that can't be decided about this", f"choose {', '.join(CHOICES[finding.kind])}")
    people = [one.id for one in finding.accounts if one.id.startswith(_PERSON)]
    decision = AccountDecision(
        finding_id=finding.id,
        kind=finding.kind,
        person_id=people[0] if people else "",
        other_id=people[1] if len(people) > 1 else "",
        choice=choice,
        until=now + days * DAY,
        why=why,
        decided_by=by,
        decided_at=now,
    )
    kept = account_decisions.decide(transaction, decision, now)
    if finding.kind is Kind.SHARED_USE and choice == Choice.ONE_PERSON:
        _be_quiet(transaction, kept, now, by)
    return kept


def reopen(transaction: Transaction, finding_id: str, now: Instant, *, by: str) -> AccountDecision:
    """It is open again, and tells again. Raises LimenError where nothing was decided."""
    ended = account_decisions.end(transaction, finding_id, now, by=by)
    if ended.kind == Kind.SHARED_USE and ended.choice == Choice.ONE_PERSON:
        for one in alerts.live_suppressions(transaction.connection, now):
            if (one.rule, one.entity) == (ABOUT.id, _entity(ended)):
                suppressing.end(transaction, one.id, now, by=by)
    return ended


def _be_quiet(transaction: Transaction, kept: AccountDecision, now: Instant, by: str) -> None:
    live = alerts.live_suppressions(transaction.connection, now)
    if not any(one.covers(ABOUT.id, _entity(kept)) for one in live):
        suppressing.suppress(transaction, Wanted(ABOUT.id, _entity(kept), kept.until - now, kept.why), now, by=by)


def _entity(decision: AccountDecision) -> str:
    return f"person:{decision.person_id}"
