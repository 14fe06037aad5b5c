"""Devices that have no browser (RFC 8628): they show a code, which somebody types on a page of Limen's.

What waits is kept for ten minutes. A stranger can begin this and send the code to somebody, so the page says
where it was asked for, and there is no link that has the code in it: whoever types it has read it somewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from limen.clock import MINUTE, SECOND, Clock, Instant
from limen.facts import Session
from limen.opaque import hash_of, new_id, new_token
from limen.sso.sign_ins import AppSignIn
from limen.storage.kept_briefly import KeptBriefly
from limen.user_codes import UserCodes

LIVES: Final = 10 * MINUTE
INTERVAL_SECONDS: Final = 5


@dataclass(frozen=True, slots=True)
class Device:
    """A device that waits. `sign_in` is what its person agreed to; it begins when the device asks for it. `resource` is
    what its tokens are narrowed to.
    """

    app: str
    scope: str
    address: str
    user_code: str
    at: Instant
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

    def asking(self, now: Instant) -> Device:
        """It, asking whether somebody agreed. Who comes too soon waits five seconds longer each time (section 3.5)."""
        is_early = bool(self.asked_at) and now - self.asked_at < self.pause * SECOND
        return replace(self, is_early=is_early, asked_at=now, pause=self.pause + INTERVAL_SECONDS * is_early)


class Devices:
    """The devices that wait, by both of their codes: of their own only a hash is kept."""

    def __init__(self, kept: KeptBriefly, clock: Clock) -> None:
        self._clock = clock
        self._codes = UserCodes(kept, clock, "oidc devices", Device, kept_for=2 * LIVES)

    async def begin(self, app: str, scope: str, address: str, resource: str = "") -> tuple[str, Device] | None:
        """A device's own code, and what is kept of it; None where too many begin there."""
        if not self._codes.admits(address):
            return None
        secret, now = new_token(), self._clock.now()
        return secret, await self._codes.begin(
            _name(secret), lambda code: Device(app, scope, address, code, now, resource=resource)
        )

    async def asks(self, device_code: str) -> Device | None:
        """The device whose own code this is, once it has asked whether somebody agreed: as it is at this instant."""
        now = self._clock.now()
        return await self._codes.change(_name(device_code), lambda one: one.asking(now))

    async def of(self, device_code: str) -> Device | None:
        """The device whose own code this is, also when its time is over."""
        return await self._codes.get(_name(device_code)) if device_code else None

    async def typed(self, user_code: str, person_id: str) -> tuple[str, Device] | None:
        """The name of the device that shows this code and still waits for somebody, and what it is; None also where a
        person guesses too often.
        """
        return await self._codes.typed(user_code, person_id)

    async def agree(self, name: str, session: Session, decision: str = "") -> Device | None:
        """Let the device of this name sign in as this person, for as long as this session lasts; None where somebody
        else answered it meanwhile.
        """
        now = self._clock.now()

        def agreed(one: Device) -> Device | None:
            begun = AppSignIn(new_id("g"), one.app, session.person_id, session.id, one.scope, now, decision=decision)
            return replace(one, sign_in=begun) if one.waits(now) else None

        return await self._codes.change(name, agreed)

    async def refuse(self, name: str) -> Device | None:
        """Nobody agrees; None where somebody answered it meanwhile."""
        now = self._clock.now()
        return await self._codes.change(name, lambda one: replace(one, is_refused=True) if one.waits(now) else None)

    async def take(self, device_code: str) -> bool:
        """What it waited for is told once: of many who ask at the same time, one gets True."""
        return await self._codes.drop(_name(device_code))


def _name(device_code: str) -> str:
    return hash_of(device_code).hex()
