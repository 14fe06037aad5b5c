"""Devices that have no browser (RFC 8628): they show a code, which somebody types on a page of Limen's.

What waits is kept in memory for ten minutes. A stranger can begin this and send the code to somebody, so the page says
where it was asked for, and there is no link that has the code in it: whoever types it has read it somewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from limen.clock import MINUTE, SECOND, Clock, Instant
from limen.facts import Session
from limen.opaque import hash_of, new_id, new_token
from limen.sso.sign_ins import AppSignIn
from limen.user_codes import UserCodes

LIVES: Final = 10 * MINUTE
INTERVAL_SECONDS: Final = 5


@dataclass(slots=True)
class Device:
    """A device that waits. `sign_in` is what its person agreed to; it begins when the device asks for it. `resource` is
    what its tokens are narrowed to.
    """

    app: str
    scope: str
    address: str
    user_code: str
    at: Instant
    code_hash: bytes = field(repr=False)
    pause: int = INTERVAL_SECONDS
    asked_at: Instant = 0
    is_early: bool = False
    sign_in: AppSignIn | None = None
    is_refused: bool = False
    resource: str = ""

    def is_over(self, now: Instant) -> bool:
        return now >= self.at + LIVES

    def waits(self, now: Instant) -> bool:
        """Whether somebody may answer it: nobody has, and it is in time."""
        return not self.is_over(now) and self.sign_in is None and not self.is_refused

    def asks(self, now: Instant) -> None:
        """It asks whether somebody agreed. Who comes too soon waits five seconds longer each time (section 3.5)."""
        self.is_early = bool(self.asked_at) and now - self.asked_at < self.pause * SECOND
        self.asked_at = now
        if self.is_early:
            self.pause += INTERVAL_SECONDS


class Devices:
    """The devices that wait, by both of their codes. Used on the event loop only."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._codes: UserCodes[bytes, Device] = UserCodes(clock, kept_for=2 * LIVES)

    def begin(self, app: str, scope: str, address: str, resource: str = "") -> tuple[str, Device] | None:
        """A device's own code, and what is kept of it; None where too many begin there."""
        if not self._codes.admits(address):
            return None
        secret, now = new_token(), self._clock.now()
        device = Device(app, scope, address, self._codes.new_code(), now, hash_of(secret), resource=resource)
        self._codes.put(device.code_hash, device)
        return secret, device

    def of(self, device_code: str) -> Device | None:
        """The device whose own code this is, also when its time is over."""
        return self._codes.get(hash_of(device_code)) if device_code else None

    def typed(self, user_code: str, person_id: str) -> Device | None:
        """The device that shows this code and still waits for somebody; None also where a person guesses too often."""
        return self._codes.typed(user_code, person_id)

    def agree(self, device: Device, session: Session, decision: str = "") -> None:
        """Let the device sign in as this person, for as long as this session lasts."""
        now = self._clock.now()
        device.sign_in = AppSignIn(
            new_id("g"), device.app, session.person_id, session.id, device.scope, now, decision=decision
        )

    def take(self, device: Device) -> None:
        """What it waited for is told once."""
        self._codes.drop(device.code_hash)
