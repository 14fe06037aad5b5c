"""What happens with brokered accounts."""

from __future__ import annotations

from typing import Final

from limen.events.kind import AUTHENTICATION, ENTITY, Family, Kind, Owner, Severity, Topic

_FAMILY: Final = Family("Shared accounts")
_USE: Final = Topic(
    _FAMILY,
    Owner.PERSON,
    "Shared accounts that you were signed in with",
    "A shared account that you were signed in with",
)
_OFFICE: Final = Topic(_FAMILY, Owner.OFFICE, "Shared accounts that you set up", "A shared account that you set up")

KINDS: Final = (
    Kind(
        "brokered.signed_in",
        "Signed somebody in at a vendor with the company's shared account",
        _USE,
        AUTHENTICATION,
        1,
        shown=("app", "account"),
    ),
    Kind(
        "brokered.sign_in_failed",
        "A vendor did not let the company's shared account in",
        _USE,
        AUTHENTICATION,
        1,
        severity=Severity.MEDIUM,
        shown=("app", "account"),
    ),
    Kind(
        "brokered.secret_stored",
        "Stored the secret of a shared account",
        _OFFICE,
        ENTITY,
        3,
        acknowledged=True,
        shown=("app", "account"),
    ),
    Kind(
        "brokered.secret_removed",
        "Removed the secret of a shared account",
        _OFFICE,
        ENTITY,
        4,
        acknowledged=True,
        shown=("app",),
    ),
    Kind(
        "brokered.rotation_due",
        "The secret of a shared account is due to be changed",
        _OFFICE,
        ENTITY,
        3,
        severity=Severity.LOW,
        shown=("app", "account"),
    ),
)
