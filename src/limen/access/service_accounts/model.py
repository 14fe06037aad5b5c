"""An account of a program in a directory, and what somebody says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from limen.clock import DAY, Instant

OLD_SECRET: Final = 365 * DAY
"""A secret that was made longer ago is old."""
ENDS_SOON: Final = 30 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """As a directory tells it. `external_id` never changes there, `name` may. Instants are 0 where it does not say.

    `kind` is the directory's word for what it is, `detail` what else it says of it. Of its secrets: how many there
    are, when the oldest was made, and when the last of them ends (0 with `secrets` > 0: never).
    """

    external_id: str
    kind: str
    name: str
    detail: str = ""
    is_active: bool = True
    used_at: Instant = 0
    secret_at: Instant = 0
    secret_ends_at: Instant = 0
    secrets: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAccount(Seen):
    """As it is kept. `owner` is the id of who answers for it until `until`, "" for nobody; `purpose` what it is for."""

    id: str
    directory: str
    first_seen_at: Instant
    seen_at: Instant
    owner: str = ""
    purpose: str = ""
    until: Instant = 0
    claimed_at: Instant = 0
    claimed_by: str = ""

    def is_claimed(self, now: Instant) -> bool:
        return self.owner != "" and now < self.until

    def has_old_secret(self, now: Instant) -> bool:
        return bool(self.secret_at) and now - self.secret_at >= OLD_SECRET

    @property
    def never_expires(self) -> bool:
        return self.secrets > 0 and self.secret_ends_at == 0
