"""An account at an app that Limen keeps, how far it has come, and what is to be done about it. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec

from limen.clock import MINUTE, SECOND, Instant, Milliseconds
from limen.connectors.scim.users import SentUser
from limen.facts import Person
from limen.facts.provision import EMAIL, NAME, Provision
from limen.sso.tries import PAUSES

NEVER: Final[Instant] = 1 << 62
"""Nothing is to be done, until something changes."""
FEWEST_ASKED: Final = 5
"""So many accounts may be taken from people who stay, however few an app has in all."""
LONGEST_PAUSE_OF_LEAVERS: Final[Milliseconds] = 5 * MINUTE


class State(StrEnum):
    """How far an account has come."""

    WAITING = "waiting"
    """It is wanted, and nothing was asked of the app for it."""
    CREATING = "creating"
    """The app may have been asked to create it."""
    ACTIVE = "active"
    ASKING = "asking"
    """It is to be taken from somebody who stays, with so many others that an administrator is asked first."""
    LEAVING = "leaving"
    """The app is asked to deactivate it, until the app shows that it is."""
    INACTIVE = "inactive"
    """The app has shown that it is deactivated, or not there any more."""

    @property
    def begun(self) -> State:
        """What it is while somebody is at it: the app may have been asked to have it on."""
        return State.CREATING if self in {State.WAITING, State.INACTIVE} else self


class Step(StrEnum):
    """What is to be done about an account."""

    NOTHING = "nothing"
    FORGET = "forget"
    """Nothing was ever asked of the app for it."""
    GIVE = "give"
    """Have it there, active, as it is to be."""
    TAKE_LEAVERS = "take-leavers"
    TAKE_MOVERS = "take-movers"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldAccount:
    """Somebody's account at an app. The app knows it by `remote_id` ("": not yet), and by `id` as its externalId.

    `person_id` is `id` where it is nobody's here: they were erased, or there never was anybody. `sent` is the digest of
    what the app was told last; `ignored` are attributes of it that the app did not keep. `left_at`: when they left, or
    lost it (0: not); `taken_at`: when it was last taken from them although they stay, also where they have it again
    (0: never). `off_at`: when the app showed that it is off. It is looked at again at `due_at`, after `failures`
    in a row (`error`).
    """

    id: str
    app: str
    person_id: str
    state: State
    since: Instant
    remote_id: str = ""
    user_name: str = ""
    version: str = ""
    sent: str = ""
    ignored: str = ""
    left_at: Instant = 0
    taken_at: Instant = 0
    off_at: Instant = 0
    due_at: Instant = 0
    failures: int = 0
    error: str = ""

    @property
    def is_nobodys(self) -> bool:
        return self.person_id == self.id

    @property
    def is_on(self) -> bool:
        """Whether somebody may get in with it, as far as is known."""
        return self.state in {State.CREATING, State.ACTIVE, State.ASKING, State.LEAVING}


def wanted(person: Person | None, provision: Provision | None, account_id: str, today: str) -> SentUser | None:
    """What an app is to have of somebody, None where it is to have nothing. `today` and their first day as
    `Provision.is_for` takes them.
    """
    if person is None or provision is None or not provision.is_for(person, today) or not person.email:
        return None
    name = person.name if NAME in provision.sent else ""
    return SentUser(account_id, person.email, name, person.email if EMAIL in provision.sent else "")


def digest(user: SentUser) -> str:
    written = msgspec.json.encode([user.external_id, user.user_name, user.name, user.email])
    return hashlib.sha256(written).hexdigest()


def next_step(held: HeldAccount, user: SentUser | None, people: Mapping[str, Person]) -> Step:
    """What is to be done about an account which is to be as `user` says (None: not to be)."""
    if user is not None:
        is_done = held.state is State.ACTIVE and held.sent == digest(user)
        return Step.NOTHING if is_done else Step.GIVE
    if held.state is State.INACTIVE:
        return Step.NOTHING
    if held.state is State.WAITING:
        return Step.FORGET
    person = people.get(held.person_id)
    if held.state is State.LEAVING or person is None or not person.active:
        return Step.TAKE_LEAVERS
    return Step.TAKE_MOVERS


def most_at_once(accounts: int, share: int) -> int:
    """How many of so many accounts may be taken from people who stay without asking."""
    return max(FEWEST_ASKED, accounts * share // 100)


def pause(failures: int, *, is_leaver: bool) -> Milliseconds | None:
    """How long after so many vain tries the next one comes; None: none does by itself, but once a day."""
    if is_leaver:
        return min(SECOND << min(failures, 12), LONGEST_PAUSE_OF_LEAVERS)
    return PAUSES[failures - 1] if failures <= len(PAUSES) else None
