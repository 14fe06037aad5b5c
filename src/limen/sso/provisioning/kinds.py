"""What happens to accounts that Limen keeps at apps."""

from __future__ import annotations

from typing import Final

from limen.events.headings import OPENED
from limen.events.kind import ACCOUNT, ENTITY, Family, Kind, Owner, Severity, Topic

_ACCOUNTS: Final = Family("Accounts at apps")
_MINE: Final = Topic(_ACCOUNTS, Owner.OFFICE, "Your accounts at apps", "An account of yours at an app")
_APP: Final = Topic(_ACCOUNTS, Owner.OFFICE, "Apps that Limen keeps accounts in", "An app that Limen keeps accounts in")
_LIMENS: Final = Topic(_ACCOUNTS, Owner.LIMEN)

KINDS: Final = (
    Kind("provision.created", "Created an account at an app", _MINE, ACCOUNT, 1, app_filters=(OPENED,)),
    Kind(
        "provision.linked",
        "An account that was there already is somebody's from now on",
        _MINE,
        ACCOUNT,
        99,
        acknowledged=True,
        severity=Severity.MEDIUM,
        app_filters=(OPENED,),
        shown=("app",),
    ),
    Kind("provision.changed", "Changed an account at an app", _MINE, ACCOUNT, 99, app_filters=(OPENED,)),
    Kind(
        "provision.reactivated",
        "Activated an account at an app again",
        _MINE,
        ACCOUNT,
        2,
        app_filters=(OPENED,),
        shown=("app",),
    ),
    Kind(
        "provision.deactivated",
        "An account at an app is deactivated: the app was asked, and showed it",
        _MINE,
        ACCOUNT,
        5,
        acknowledged=True,
        app_filters=(OPENED,),
        shown=("app",),
        told={"": "Your account at an app was deactivated"},
    ),
    Kind(
        "provision.deactivation_failed",
        "Somebody who lost access could not be deactivated at an app",
        _MINE,
        ACCOUNT,
        99,
        severity=Severity.HIGH,
        app_filters=(OPENED,),
        shown=("app", "error"),
    ),
    Kind(
        "provision.given_up",
        "Limen gave up bringing an account at an app to what it should be, until an administrator or the next day",
        _MINE,
        ACCOUNT,
        99,
        severity=Severity.MEDIUM,
        app_filters=(OPENED,),
        shown=("app", "error"),
    ),
    Kind(
        "provision.back",
        "An account at an app that was deactivated was active again",
        _MINE,
        ACCOUNT,
        2,
        severity=Severity.HIGH,
        app_filters=(OPENED,),
        shown=("app",),
    ),
    Kind(
        "provision.stopped",
        "So many accounts at an app would be taken or made anew that an administrator is asked first",
        _APP,
        ENTITY,
        99,
        severity=Severity.HIGH,
        app_filters=(OPENED,),
        shown=("app", "number"),
    ),
    Kind(
        "provision.allowed",
        "Let Limen go on with many accounts at an app at once",
        _APP,
        ENTITY,
        99,
        acknowledged=True,
        severity=Severity.MEDIUM,
        app_filters=(OPENED,),
        shown=("app", "number"),
    ),
    Kind(
        "provision.stranger_found",
        "Accounts at an app belong to nobody here",
        _APP,
        ACCOUNT,
        99,
        severity=Severity.MEDIUM,
        app_filters=(OPENED,),
        shown=("app", "number"),
    ),
    Kind(
        "provision.stranger_ended",
        "Had an account at an app deactivated that belonged to nobody here",
        _APP,
        ACCOUNT,
        5,
        acknowledged=True,
        app_filters=(OPENED,),
        shown=("app",),
    ),
    Kind("provision.failed", "An app did not take what it was sent of people", _LIMENS, ENTITY, 99),
    Kind("provision.back_again", "An app takes what it is sent of people again", _LIMENS, ENTITY, 99),
    Kind(
        "provision.secret_kept",
        "Stored the token by which Limen keeps accounts at an app",
        _APP,
        ENTITY,
        3,
        acknowledged=True,
        app_filters=(OPENED,),
        shown=("app",),
    ),
)
