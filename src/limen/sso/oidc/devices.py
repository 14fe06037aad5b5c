"""Devices that have no browser (RFC 8628): they show a code, which somebody types on a page of Limen's.

What waits is kept in memory for ten minutes. A stranger can begin this and send the code to somebody, so the page says
where it was asked for, and there is no link that has the code in it: whoever types it has read it somewhere.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Final

from limen.admission import Crowd, network_of
from limen.clock import MINUTE, SECOND, Clock, Instant
from limen.facts import Session
from limen.opaque import hash_of, new_id, new_token
from limen.rate_limit import RateLimit
from limen.sso.sign_ins import AppSignIn

LIVES: Final = 10 * MINUTE
INTERVAL_SECONDS: Final = 5
MOST: Final = 1_000
LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so that no word comes about, and nothing that is read as something else (RFC 8628 section 6.1)."""
LENGTH: Final = 8
"""20 to the 8th are 2.6e10 codes: with a thousand waiting and ten guesses a person, one in 2.6 million is right."""


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
        self._waiting: dict[bytes, Device] = {}
        self._of: Crowd[bytes] = Crowd()
        self._begun = RateLimit(per_second=0.1, at_once=20)
        self._guesses = RateLimit(per_second=1 / 60, at_once=10)

    def begin(self, app: str, scope: str, address: str, resource: str = "") -> tuple[str, Device] | None:
        """A device's own code, and what is kept of it; None where too many begin there. Where too many wait at all, the
        oldest of the network with the most gives way: nobody keeps out anybody else's.
        """
        now, network = self._clock.now(), network_of(address)
        if not self._begun.admits(network, now):
            return None
        for key in [key for key, one in self._waiting.items() if now >= one.at + 2 * LIVES]:
            self._drop(key)
        if len(self._waiting) >= MOST:
            self._drop(self._of.oldest_of_the_largest())
        secret, taken = new_token(), {one.user_code for one in self._waiting.values()}
        while (user_code := "".join(secrets.choice(LETTERS) for _ in range(LENGTH))) in taken:
            pass
        device = Device(app, scope, address, user_code, now, hash_of(secret), resource=resource)
        self._waiting[device.code_hash] = device
        self._of.add(network, device.code_hash)
        return secret, device

    def of(self, device_code: str) -> Device | None:
        """The device whose own code this is, also when its time is over."""
        return self._waiting.get(hash_of(device_code)) if device_code else None

    def typed(self, user_code: str, person_id: str) -> Device | None:
        """The device that shows this code and still waits for somebody; None also where a person guesses too often."""
        now = self._clock.now()
        if not self._guesses.admits(person_id, now):
            return None
        read = "".join(letter for letter in user_code.upper()[:40] if letter.isalnum())
        for one in self._waiting.values():
            waits = not one.is_over(now) and one.sign_in is None and not one.is_refused
            if waits and secrets.compare_digest(one.user_code.encode(), read.encode()):
                return one
        return None

    def agree(self, device: Device, session: Session, decision: str = "") -> None:
        """Let the device sign in as this person, for as long as this session lasts."""
        now = self._clock.now()
        device.sign_in = AppSignIn(
            new_id("g"), device.app, session.person_id, session.id, device.scope, now, decision=decision
        )

    def take(self, device: Device) -> None:
        """What it waited for is told once."""
        self._drop(device.code_hash)

    def _drop(self, key: bytes | None) -> None:
        device = self._waiting.pop(key or b"", None)
        if device is not None:
            self._of.remove(network_of(device.address), device.code_hash)


def shown(user_code: str) -> str:
    """In two halves, as people read it."""
    return f"{user_code[:4]}-{user_code[4:]}"
