"""Which events say that somebody did something just now, and with which sign-in: what an open tab does by itself is
no act.

Proofs are acts, and so is opening an app. A request is one where this sign-in asks something it did not ask for a
while, unless it comes as regularly as a clock: a tab that was left open asks the same again and again.
"""

from __future__ import annotations

from typing import Final

import msgspec

from limen.clock import MINUTE, Instant, Milliseconds
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.frame import LIMEN

SIGNED_IN: Final = "sign_in.succeeded"
STEPPED_UP: Final = "step_up.succeeded"
APP_OPENED: Final = "session.app_opened"
REPEATED_WITHIN: Final = 15 * MINUTE
"""What was asked within so long is not asked anew."""
REGULAR: Final = 0.1
"""Two pauses that differ by less than this part of them are a clock's."""
MOST_ASKED: Final = 32
MOST_NETWORKS: Final = 8
_DECISION: Final = "decision"


class Act(msgspec.Struct, frozen=True, array_like=True):
    """`side` is the ID of the sign-in. `is_proof`: whoever did it proved who they are, on that machine."""

    at: Instant
    uid: str
    side: str
    address: str
    is_proof: bool


class Side(msgspec.Struct):
    """A sign-in: what it said it was opened with (`user_agents`), the device that Limen itself saw ("": none), since
    when it was used from which addresses last, and what was asked with it: when last, and after which pause.
    """

    system: str = ""
    browser: str = ""
    device: str = ""
    addresses: dict[str, Instant] = {}
    asked: dict[str, tuple[Instant, Milliseconds]] = {}

    def used_from(self, address: str, at: Instant) -> None:
        self.addresses.pop(address, None)
        while len(self.addresses) >= MOST_NETWORKS:
            del self.addresses[next(iter(self.addresses))]
        self.addresses[address] = at

    def asks(self, what: str, at: Instant) -> bool:
        """Whether a person does this, as far as can be told; from now on it was asked."""
        last, pause = self.asked.pop(what, (0, 0))
        now_paused = at - last if last else 0
        while len(self.asked) >= MOST_ASKED:
            del self.asked[next(iter(self.asked))]
        self.asked[what] = (at, now_paused)
        if last and now_paused < REPEATED_WITHIN:
            return False
        return not (pause and abs(now_paused - pause) <= REGULAR * pause)


def is_of_a_person(event: NormalEvent) -> bool:
    """Whether Limen itself says that a session of somebody was used, from an address."""
    is_used = event.source == LIMEN and event.person_id != "" and event.session != "" and event.src_ip != ""
    return is_used and (event.kind in {SIGNED_IN, STEPPED_UP, APP_OPENED} or is_permit(event))


def is_permit(event: NormalEvent) -> bool:
    return event.kind == _DECISION and event.fields.get("effect") == "permit"


def what_is_asked(event: NormalEvent) -> str:
    """Equal for requests that ask the same."""
    return f"{event.app} {event.operation} {event.fields.get('method', '')} {event.object}"[:200]


def text_of(event: NormalEvent, name: str) -> str:
    """A detail that is a short text; "" where it is none."""
    value = event.fields.get(name)
    return value[:60] if isinstance(value, str) else ""
