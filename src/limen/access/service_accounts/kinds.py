"""What happens to accounts of programs in directories."""

from __future__ import annotations

from typing import Final

from limen.events.kind import ACCOUNT, ENTITY, Family, Kind, Owner, Topic

_ACCOUNTS: Final = Family("Service accounts of directories")
_MINE: Final = Topic(
    _ACCOUNTS, Owner.OFFICE, "Service accounts you answer for", "A service account that you answer for"
)
_LIMENS: Final = Topic(_ACCOUNTS, Owner.LIMEN)

KINDS: Final = (
    Kind("service_account.listed", "A directory has other service accounts than before", _LIMENS, ENTITY, 2),
    Kind(
        "service_account.claimed",
        "Somebody answers for a service account of a directory",
        _MINE,
        ACCOUNT,
        99,
        shown=("directory", "until"),
        told={"": "You answer for a service account of a directory"},
        acknowledged=True,
    ),
    Kind(
        "service_account.released",
        "Nobody answers for a service account of a directory any more",
        _MINE,
        ACCOUNT,
        99,
        shown=("directory",),
        told={"": "You no longer answer for a service account of a directory"},
        acknowledged=True,
    ),
)
