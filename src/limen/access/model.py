"""Requests for access and what is granted by them: the nouns, and the rules that no store and no page may bend. Pure.

A request is decided once. Nobody decides their own, and nobody twice. What is granted has an end that is known from the
beginning, and what is granted for the same, again and again, is bounded in sum.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from limen.access.errors import AccessError, DecidedError, NotYoursError
from limen.clock import MINUTE, Instant, Milliseconds
from limen.facts.requested_flow import RequestedFlow

SHORTEST: Final[Milliseconds] = MINUTE
"""Nothing is granted for less."""


class RequestState(StrEnum):
    """What has become of a request. All but the first are for good."""

    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class EndedBy(StrEnum):
    """Why a grant ended before its time, or that its time was over."""

    EXPIRED = "expired"
    GIVEN_BACK = "given-back"
    REVOKED = "revoked"
    REVIEWED = "reviewed"
    DEACTIVATED = "deactivated"
    MOVED = "moved"
    SIGNED_OUT = "signed-out"
    STOLEN = "stolen"
    DEVICE = "device"
    APPROVER_STOLEN = "approver-stolen"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Approval:
    """One step of a request was approved."""

    step: int
    approver_id: str
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRequest:
    """Somebody asks for `actions` on an app, for `length_ms` from when it is approved, and says why; or, where `flow`
    is one, for this flow of the network, and then `app` is "" and `reason` its purpose.

    `steps` are those who could approve each step when it was asked for: whoever became one later can't. From
    `escalates_at` on (0: never) those in `escalates_to` may approve any step. It was asked for on `device_id` ("": not
    known). `extends` is the grant that it prolongs. `asked_as` are the groups that let its person ask.
    """

    id: str
    person_id: str
    app: str
    actions: tuple[str, ...]
    length_ms: Milliseconds
    reason: str
    rule: str
    asked_at: Instant
    expires_at: Instant
    steps: tuple[tuple[str, ...], ...]
    asked_as: tuple[str, ...] = ()
    ticket: str = ""
    device_id: str = ""
    extends: str = ""
    escalates_at: Instant = 0
    escalates_to: tuple[str, ...] = ()
    approvals: tuple[Approval, ...] = ()
    state: RequestState = RequestState.OPEN
    decided_at: Instant = 0
    decided_by: str = ""
    why: str = ""
    flow: RequestedFlow | None = None

    @property
    def about(self) -> str:
        """What is asked for: an app's id, or the way of a flow."""
        return self.flow.way if self.flow is not None else self.app

    def state_at(self, now: Instant) -> RequestState:
        """What it is at this instant: nobody has to come by for it to be over."""
        is_over = self.state is RequestState.OPEN and now >= self.expires_at
        return RequestState.EXPIRED if is_over else self.state

    @property
    def step(self) -> int:
        """Which step is to be approved next."""
        return len(self.approvals)

    def approvers(self, now: Instant) -> frozenset[str]:
        """Who may decide it at this instant, by what was known when it was asked for; nobody where it is decided."""
        if self.state_at(now) is not RequestState.OPEN or self.step >= len(self.steps):
            return frozenset()
        more = self.escalates_to if self.escalates_at and now >= self.escalates_at else ()
        able = {*self.steps[self.step], *more}
        return frozenset(able - {self.person_id, *(one.approver_id for one in self.approvals)})


def approved(request: AccessRequest, by: str, now: Instant) -> AccessRequest:
    """The request with one more step approved; granted where that was the last. Raises DecidedError, NotYoursError."""
    _refuse_decided(request, now)
    if by not in request.approvers(now):
        raise NotYoursError
    approvals = (*request.approvals, Approval(request.step, by, now))
    if len(approvals) < len(request.steps):
        return replace(request, approvals=approvals)
    return replace(request, approvals=approvals, state=RequestState.GRANTED, decided_at=now, decided_by=by)


def shortened(request: AccessRequest, length: Milliseconds) -> AccessRequest:
    """The request for a shorter time, as whoever approves it thinks enough; 0: as it was asked for. Never for longer.

    Raises AccessError.
    """
    if not length:
        return request
    if not SHORTEST <= length <= request.length_ms:
        raise AccessError("A request is approved for as long as was asked, or for less", "choose a shorter time")
    return replace(request, length_ms=length)


def refused(request: AccessRequest, by: str, why: str, now: Instant) -> AccessRequest:
    """The request, refused by one of those who may approve it. Raises DecidedError, NotYoursError."""
    _refuse_decided(request, now)
    if by not in request.approvers(now):
        raise NotYoursError
    return replace(request, state=RequestState.REFUSED, decided_at=now, decided_by=by, why=why)


def withdrawn(request: AccessRequest, by: str, now: Instant) -> AccessRequest:
    """The request, taken back by whoever made it ("": by the server). Raises DecidedError, NotYoursError."""
    _refuse_decided(request, now)
    if by not in {"", request.person_id}:
        raise NotYoursError
    return replace(request, state=RequestState.WITHDRAWN, decided_at=now, decided_by=by)


def _refuse_decided(request: AccessRequest, now: Instant) -> None:
    state = request.state_at(now)
    if state is not RequestState.OPEN:
        raise DecidedError(state.value)


def can_be_filled(steps: tuple[frozenset[str], ...]) -> bool:
    """Whether each step can have somebody of its own: each approval is by somebody else."""
    taken: dict[str, int] = {}

    def seat(step: int, tried: set[str]) -> bool:
        for one in sorted(steps[step] - tried):
            tried.add(one)
            if one not in taken or seat(taken[one], tried):
                taken[one] = step
                return True
        return False

    return all(seat(step, set()) for step in range(len(steps)))


# What is granted


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldGrant:
    """Access that somebody has, or had: from `since` until `until`, or until it was ended. `approvers` are who approved
    it (nobody: a rule did), `asked_as` the groups that let them ask.
    """

    id: str
    request_id: str
    person_id: str
    app: str
    actions: tuple[str, ...]
    since: Instant
    until: Instant
    rule: str
    approvers: tuple[str, ...] = ()
    asked_as: tuple[str, ...] = ()
    device_id: str = ""
    ended_at: Instant = 0
    ended_by: str = ""
    why_ended: str = ""

    @property
    def end(self) -> Instant:
        """When it is over, or was."""
        return min(self.until, self.ended_at) if self.ended_at else self.until

    def is_active(self, now: Instant) -> bool:
        return self.since <= now < self.end

    def is_about(self, app: str, actions: Iterable[str]) -> bool:
        """Whether it gives any of these actions on the app."""
        return self.app == app and not set(self.actions).isdisjoint(actions)


def had_for(past: Iterable[HeldGrant], now: Instant, cool_down: Milliseconds) -> Milliseconds:
    """For how long somebody has had something, in one go: pauses shorter than `cool_down` don't end it.

    `past` are grants for the same. What overlaps counts once, and what lies ahead not yet.
    """
    spans = sorted(((one.since, min(one.end, now)) for one in past if one.since < now), key=lambda span: -span[1])
    had, reached = 0, now
    for since, until in spans:
        if until <= since:
            continue
        if reached - until > cool_down:
            break
        had += max(0, min(until, reached) - since)
        reached = min(reached, since)
    return had


def end_of(
    past: Iterable[HeldGrant],
    now: Instant,
    length: Milliseconds,
    *,
    longest: Milliseconds,
    total: Milliseconds,
    cool_down: Milliseconds,
) -> Instant:
    """Until when something may be granted that is asked for now, for so long; `now` where it may not be at all.

    However often it is asked for or prolonged, what somebody has in one go is never longer than `total`.
    """
    left = total - had_for(past, now, cool_down)
    lasts = min(length, longest, left)
    return now + lasts if lasts >= SHORTEST else now
