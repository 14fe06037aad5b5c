"""What clients of directories have in common: accounts, and who is in a group of theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from limen.clock import Instant
from limen.connectors.vendor_client import VendorError

MOST_MEMBERS: Final = 50_000
"""Of a group with more, nothing is said: it is too large to be one that access is given by."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody's account in a directory.

    `id` never changes, whatever the account is called; `value` is what a group says of it as a member, and `name` what
    people call it.
    """

    id: str
    value: str
    name: str = ""


def refuse_more(members: int) -> None:
    """Raises VendorError where these are more than a group may have."""
    if members > MOST_MEMBERS:
        raise VendorError("too-much")


class GroupClient(Protocol):
    """Asks one directory, and changes groups there. Each raises VendorError."""

    async def find(self, address: str) -> Account:
        """The one account with this email address. VendorError says `no-account` or `several-accounts`, too."""
        ...

    async def current(self, account_id: str) -> Account | None:
        """The account as it is now; None where it is gone."""
        ...

    async def has(self, group: str, account: Account) -> bool:
        """Whether it is a member of the group itself."""
        ...

    async def members(self, group: str) -> dict[str, str]:
        """The name of each member of the group itself, by its value; "" where the directory tells none."""
        ...

    async def add(self, group: str, account: Account, now: Instant, until: Instant) -> bool:
        """Make it a member, and return whether the directory itself ends that. A member already: it has another end."""
        ...

    async def remove(self, group: str, account: Account) -> None:
        """It is no member any more, if it was one. Of an account without an id, its value alone counts."""
        ...

    def key(self, value: str) -> str:
        """What two ways of writing one member have in common."""
        ...
