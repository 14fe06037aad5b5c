"""What happens by itself after a finding, as the company's playbooks say: never more than they allow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from limen.clock import HOUR, Instant
from limen.errors import LimenError
from limen.events import Event
from limen.monitor.alerts.folding import Folded
from limen.monitor.alerts.model import Subject
from limen.monitor.detections.hit import Hit
from limen.monitor.response import store
from limen.monitor.response.actions import AGAIN_AFTER, Actions
from limen.monitor.response.model import Doing
from limen.monitor.response.rules import Playbook
from limen.storage import Transaction


@dataclass(frozen=True, slots=True)
class Playbooks:
    """`in_force` are those of the company."""

    actions: Actions
    in_force: Callable[[], Iterable[Playbook]]

    def respond(self, transaction: Transaction, folded: Folded, hit: Hit, now: Instant, *, is_proven: bool) -> None:
        """Do what the playbooks say. Log lines that anybody can send make nothing happen by itself."""
        if not is_proven:
            return
        for playbook in _asked(tuple(self.in_force()), hit):
            self._run(transaction, playbook, folded, hit, now)

    def _run(self, transaction: Transaction, playbook: Playbook, folded: Folded, hit: Hit, now: Instant) -> None:
        subject = _whom(playbook.does, hit)
        if not subject[1] or self._was_done(transaction, playbook, subject, now):
            return
        connection = transaction.connection
        if store.count_of_playbook(connection, playbook.name, now - HOUR) >= playbook.most_an_hour:
            self._say_spared(transaction, playbook, folded, "limit", now)
            return
        before = transaction.changed_seq, transaction.said_seq
        try:
            with connection.begin_nested():
                self.actions.do(
                    transaction,
                    playbook.does,
                    subject,
                    folded.alert.case_id,
                    now,
                    playbook=playbook.name,
                    lasts_ms=playbook.lasts_ms,
                )
        except LimenError as error:
            transaction.changed_seq, transaction.said_seq = before  # what was drawn is not there to be waited for
            self._say_spared(transaction, playbook, folded, type(error).__name__, now)

    def _was_done(self, transaction: Transaction, playbook: Playbook, subject: Subject, now: Instant) -> bool:
        """Whether it goes on, or was done just now: each finding about what is over by now would do it again."""
        if any(one.kind is playbook.does for one in store.live(transaction.connection, subject, now)):
            return True
        return store.was_done(transaction.connection, playbook.does, subject, now - AGAIN_AFTER)

    def _say_spared(self, transaction: Transaction, playbook: Playbook, folded: Folded, why: str, now: Instant) -> None:
        """Once for each alert that is news: a flood does not flood the journal."""
        if folded.is_news:
            details: dict[str, str | int | bool] = {"playbook": playbook.name, "case_id": folded.alert.case_id}
            transaction.say(Event(at=now, kind="response.spared", reason=why, details=details))


def _asked(in_force: Sequence[Playbook], hit: Hit) -> Iterator[Playbook]:
    """Those that are meant. Where a session is ended, its person is asked for a passkey, too: whoever had it ended may
    know their password, and comes back.
    """
    ends = any(one.does is Doing.END_SESSIONS and one.is_meant(hit) for one in in_force)
    for one in in_force:
        if one.is_meant(hit) or (ends and one.does is Doing.STEP_UP and one.is_enough(hit)):
            yield one


def _whom(does: Doing, hit: Hit) -> Subject:
    """Whom it is done to: the session where it is known which, else the person; or the device."""
    if does is Doing.QUARANTINE:
        return "device", hit.device_id
    if does is Doing.END_SESSIONS and hit.session:
        return "session", hit.session
    return "person", hit.person_id
