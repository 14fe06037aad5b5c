"""What is done about a person or a device, in one transaction each, and how it is taken back or ends.

Nothing touches whoever breaks glass, and nothing may leave Limen without somebody who can administer it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from limen.clock import MINUTE, Instant, Milliseconds
from limen.events import Event
from limen.monitor.alerts.model import Subject
from limen.monitor.response import store
from limen.monitor.response.errors import LocksOutError, NothingToDoError, UnknownResponseError
from limen.monitor.response.model import LASTS, LONGEST, OF_DEVICE, Doing, Response
from limen.opaque import new_id
from limen.pillar import Core, DeviceResponses, PersonResponses
from limen.storage import Transaction
from limen.storage.break_glass import is_break_glass

BREAK_GLASS_GROUP: Final = "break-glass"
RISK_CHANGE: Final = "risk"
AGAIN_AFTER: Final[Milliseconds] = 10 * MINUTE
"""A playbook signs somebody out once in so long: each finding about what is over by now would do it again."""


@dataclass(frozen=True, slots=True)
class Actions:
    """The operations. `devices` is None where devices are no part of this Limen."""

    core: Core
    people: PersonResponses
    devices: DeviceResponses | None

    def do(
        self,
        transaction: Transaction,
        kind: Doing,
        subject: Subject,
        case_id: str,
        now: Instant,
        *,
        by: str = "",
        playbook: str = "",
        lasts_ms: Milliseconds | None = None,
    ) -> Response:
        """Do it, and keep that it was done. Raises NothingToDoError, LocksOutError, LimenError."""
        if self._is_break_glass(transaction, subject) or (kind in OF_DEVICE) is not (subject[0] == "device"):
            raise NothingToDoError
        lasts = min(LASTS[kind] if lasts_ms is None else lasts_ms, LONGEST) if LASTS[kind] else 0
        response = Response(
            id=new_id("rs"),
            case_id=case_id,
            kind=kind,
            subject_kind=subject[0],
            subject_id=subject[1],
            at=now,
            until=now + lasts if lasts else 0,
            by=by,
            playbook=playbook,
            ended_at=0 if lasts else now,
        )
        if self.is_going_on(transaction, kind, subject, now) or not self._done(transaction, response, now):
            raise NothingToDoError
        store.add(transaction.connection, response)
        transaction.changed(RISK_CHANGE, f"{subject[0]}:{subject[1]}")
        self._say(transaction, "response.done", response, now, by)
        return response

    def undo(self, transaction: Transaction, response_id: str, now: Instant, *, by: str) -> Response:
        """Take it back before its end. Raises UnknownResponseError."""
        response = store.by_id(transaction.connection, response_id)
        if response is None or response.ended_at:
            raise UnknownResponseError
        self._end(transaction, response, now, "response.undone", by)
        return response

    def run_out(self, transaction: Transaction, now: Instant) -> int:
        """End what is over. Returns how many."""
        over = store.over(transaction.connection, now)
        for response in over:
            self._end(transaction, response, now, "response.ended", "")
        return len(over)

    def is_going_on(self, transaction: Transaction, kind: Doing, subject: Subject, now: Instant) -> bool:
        """Whether it was done and still holds: not where an administrator reactivated the account or released the
        device meanwhile.
        """
        live = store.live(transaction.connection, subject, now)
        return any(one.kind is kind and self._holds(transaction, one) for one in live)

    # Inside

    def _holds(self, transaction: Transaction, response: Response) -> bool:
        about = transaction, response.subject_id, _mark(response)
        match response.kind:
            case Doing.DISABLE:
                return self.people.is_held(*about)
            case Doing.QUARANTINE:
                return self.devices is not None and self.devices.is_held(*about)
        return True

    def _is_break_glass(self, transaction: Transaction, subject: Subject) -> bool:
        """Whether this is the way back in, which no alert may close."""
        kind, id_ = subject
        known = self.core.known
        if kind == "session":
            session = known.issued(id_)
            if session is None or is_break_glass(session):
                return session is not None
            id_ = session.person_id
        elif kind == "device" and self.devices is not None:
            id_ = self.devices.owner_of(transaction, id_)
        person = known.people.get(id_)
        return person is not None and BREAK_GLASS_GROUP in person.groups

    def _done(self, transaction: Transaction, response: Response, now: Instant) -> bool:
        kind, id_, by = response.subject_kind, response.subject_id, response.by
        match response.kind:
            case Doing.STEP_UP:
                return kind in {"person", "session"}
            case Doing.END_SESSIONS if kind == "session":
                return self.people.end_session(transaction, id_, now, by)
            case Doing.END_SESSIONS:
                self.people.end_all(transaction, id_, now, by)
                return True
            case Doing.DISABLE:
                is_done = self.people.suspend(transaction, id_, now, by, _mark(response))
            case Doing.QUARANTINE:
                mark = _mark(response)
                is_done = self.devices is not None and self.devices.quarantine(transaction, id_, now, by, mark)
        if is_done and self._locks_out(transaction):
            raise LocksOutError
        return is_done

    def _locks_out(self, transaction: Transaction) -> bool:
        """Whether nobody can administer Limen any more. Where nobody could before, this takes nothing from anybody."""
        return bool(self.core.locked_out(transaction)) and not self.core.database.read(self.core.locked_out)

    def _end(self, transaction: Transaction, response: Response, now: Instant, said: str, by: str) -> None:
        if response.kind is Doing.DISABLE:
            self.people.resume(transaction, response.subject_id, now, by, _mark(response))
        elif response.kind is Doing.QUARANTINE and self.devices is not None:
            self.devices.release(transaction, response.subject_id, now, by, _mark(response))
        store.end(transaction.connection, response.id, now, by)
        transaction.changed(RISK_CHANGE, f"{response.subject_kind}:{response.subject_id}")
        self._say(transaction, said, response, now, by)

    def _say(self, transaction: Transaction, kind: str, response: Response, now: Instant, by: str) -> None:
        whose, device_id, session_id = "", "", ""
        match response.subject_kind:
            case "person":
                whose = response.subject_id
            case "session":
                session = self.core.known.issued(response.subject_id)
                session_id, whose = response.subject_id, session.person_id if session is not None else ""
            case _:
                device_id = response.subject_id
                whose = self.devices.owner_of(transaction, device_id) if self.devices is not None else ""
        details: dict[str, str | int | bool] = {"does": response.kind.value, "case_id": response.case_id}
        if response.playbook:
            details["playbook"] = response.playbook
        if response.until:
            details["until"] = response.until
        transaction.say(
            Event(at=now, kind=kind, actor=by, subject=whose, device=device_id, session=session_id, details=details)
        )


def _mark(response: Response) -> str:
    """Why the account is suspended, or the device in quarantine; while that is kept, this response is the reason."""
    return f"alert {response.id}"
