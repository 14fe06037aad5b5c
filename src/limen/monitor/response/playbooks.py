"""What happens by itself after a finding, as the company's playbooks say: never more than they allow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from limen.clock import HOUR, Instant
from limen.errors import LimenError
from limen.events import Event
from limen.monitor.alerts.folding import Folded
from limen.monitor.alerts.model import Subject
from limen.monitor.detections.hit import Hit
from limen.monitor.response import store
from limen.monitor.response.actions import AGAIN_AFTER, Actions
from limen.monitor.response.errors import NothingToDoError
from limen.monitor.response.model import Doing
from limen.monitor.response.rules import Playbook
from limen.storage import Transaction

OF_ONE_AN_HOUR: Final = 2
"""So often a playbook acts on the same person within an hour."""
RESERVE: Final = 3
"""So many more an hour, where nobody with the same groups was acted on."""
CAN_BE_GIVEN_BACK: Final = frozenset({Doing.DISABLE, Doing.QUARANTINE})
LIMIT: Final = "limit"
MOST_SAID: Final = 1_000


@dataclass(frozen=True, slots=True)
class Playbooks:
    """`in_force` are those of the company. `tell` has people told at once where one does not do what it should."""

    actions: Actions
    in_force: Callable[[], Iterable[Playbook]]
    tell: Callable[[Transaction, Folded, Instant], None] = lambda *_: None
    _said: dict[tuple[str, Subject, str], Instant] = field(default_factory=dict)

    def respond(self, transaction: Transaction, folded: Folded, hit: Hit, now: Instant, *, is_proven: bool) -> None:
        """Do what the playbooks say. Log lines that anybody can send make nothing happen by itself."""
        if not is_proven:
            return
        for playbook in _asked(tuple(self.in_force()), hit):
            self._run(transaction, playbook, folded, hit, now)

    def _run(self, transaction: Transaction, playbook: Playbook, folded: Folded, hit: Hit, now: Instant) -> None:
        subject = _whom(playbook.does, hit)
        if not subject[1] or self._was_done(transaction, playbook, subject, folded, hit, now):
            return
        connection = transaction.connection
        if not self._has_room(transaction, playbook, subject, now):
            self._spare(transaction, playbook, subject, folded, LIMIT, now)
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
            self._spare(transaction, playbook, subject, folded, type(error).__name__, now)

    def _was_done(
        self, transaction: Transaction, playbook: Playbook, subject: Subject, folded: Folded, hit: Hit, now: Instant
    ) -> bool:
        """Whether it goes on, or was done just now: each finding about what is over by now would do it again.

        An account or a device that somebody gave back is taken again for another alert at once; for the same one only
        by what happened long enough after it was taken, however late a finding comes: that was known to who decided.
        """
        if self.actions.is_going_on(transaction, playbook.does, subject, now):
            return True
        if playbook.does in CAN_BE_GIVEN_BACK:
            last = store.last_done(transaction.connection, playbook.does, subject)
            return folded.was is not None and hit.at <= last + AGAIN_AFTER
        return store.was_done(transaction.connection, playbook.does, subject, now - AGAIN_AFTER)

    def _has_room(self, transaction: Transaction, playbook: Playbook, subject: Subject, now: Instant) -> bool:
        """Whether the playbook may act on one more. What it did to the same before takes nothing from others, and
        accounts that open little don't use up what is meant for those that open much: beyond the limit there is a
        reserve for groups of which nobody was acted on.
        """
        done = store.subjects_of_playbook(transaction.connection, playbook.name, now - HOUR)
        times = [self._whose(transaction, one) for one in done]
        whose = self._whose(transaction, subject)
        if whose in times:
            return times.count(whose) < OF_ONE_AN_HOUR
        others = set(times)
        if len(others) < playbook.most_an_hour:
            return True
        is_of_other_groups = self._groups(whose) not in {self._groups(one) for one in others}
        return is_of_other_groups and len(others) < playbook.most_an_hour + RESERVE

    def _whose(self, transaction: Transaction, subject: Subject) -> str:
        """The person behind it, by their id; where nobody is known any more, itself."""
        kind, id_ = subject
        if kind == "session":
            session = self.actions.core.known.issued(id_)
            return session.person_id if session is not None else id_
        devices = self.actions.devices
        return (devices.owner_of(transaction, id_) or id_) if kind == "device" and devices is not None else id_

    def _groups(self, whose: str) -> frozenset[str]:
        person = self.actions.core.known.people.get(whose)
        return person.groups if person is not None else frozenset()

    def _spare(
        self, transaction: Transaction, playbook: Playbook, subject: Subject, folded: Folded, why: str, now: Instant
    ) -> None:
        """Say it of each alert that is news, else once an hour of each: a flood does not flood the journal. People are
        told to act in its stead.
        """
        for old in [one for one, at in self._said.items() if at <= now - HOUR]:
            del self._said[old]
        was_said = (playbook.name, subject, why) in self._said or len(self._said) >= MOST_SAID
        if was_said and not folded.is_news:
            return
        self._said[playbook.name, subject, why] = now
        details: dict[str, str | int | bool] = {"playbook": playbook.name, "case_id": folded.alert.case_id}
        transaction.say(Event(at=now, kind="response.spared", reason=why, details=details))
        if why != NothingToDoError.__name__:
            self.tell(transaction, folded, now)


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
