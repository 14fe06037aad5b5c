"""What happens to groups of directories and clouds."""

from __future__ import annotations

from typing import Final

from limen.events.kind import ACCOUNT, ENTITY, Family, Kind, Owner, Severity, Topic

_GROUPS: Final = Family("Groups of directories")
_MINE: Final = Topic(_GROUPS, Owner.OFFICE, "Your groups elsewhere", "A group elsewhere that you are in")
_DIRECTORY: Final = Topic(_GROUPS, Owner.OFFICE, "Directories that you connected", "A directory that you connected")
_LIMENS: Final = Topic(_GROUPS, Owner.LIMEN)
_ATTACH: Final = 7
_DETACH: Final = 8

KINDS: Final = (
    Kind(
        "directory.member_added",
        "Made a member of a group in a directory, while a grant lasts",
        _MINE,
        ACCOUNT,
        _ATTACH,
        acknowledged=True,
        severity=Severity.LOW,
        shown=("app", "directory", "group"),
        told={"": "You were put into a group in a directory"},
    ),
    Kind(
        "directory.member_removed",
        "Removed from a group in a directory: the grant is over",
        _MINE,
        ACCOUNT,
        _DETACH,
        acknowledged=True,
        shown=("app", "directory", "group"),
        told={"": "You are no longer in a group in a directory"},
    ),
    Kind(
        "directory.member_refused",
        "Somebody with a grant could not be put into a group in a directory",
        _MINE,
        ACCOUNT,
        99,
        severity=Severity.MEDIUM,
        shown=("app", "directory", "group"),
    ),
    Kind(
        "directory.member_already",
        "Somebody with a grant was in the group already, and stays in it",
        _MINE,
        ACCOUNT,
        99,
        severity=Severity.MEDIUM,
        shown=("app", "directory", "group"),
    ),
    Kind(
        "directory.member_taken",
        "Somebody with a grant was taken out of the group by somebody else",
        _MINE,
        ACCOUNT,
        _DETACH,
        severity=Severity.MEDIUM,
        shown=("app", "directory", "group"),
    ),
    Kind(
        "directory.removal_failed",
        "Somebody whose grant is over could not be removed from a group in a directory",
        _MINE,
        ACCOUNT,
        99,
        severity=Severity.HIGH,
        shown=("app", "directory", "group"),
    ),
    Kind(
        "directory.member_overstayed",
        "Somebody stayed in a group in a directory beyond their grant: Limen was not there to end it",
        _MINE,
        ACCOUNT,
        99,
        severity=Severity.HIGH,
        shown=("app", "directory", "group", "minutes"),
    ),
    Kind(
        "directory.stranger_found",
        "Somebody is in a group in a directory without a grant",
        _DIRECTORY,
        ACCOUNT,
        99,
        severity=Severity.HIGH,
        shown=("app", "directory", "group", "number", "members"),
    ),
    Kind(
        "directory.stranger_removed",
        "Removed somebody who was in a group in a directory without a grant",
        _DIRECTORY,
        ACCOUNT,
        _DETACH,
        severity=Severity.HIGH,
        shown=("app", "directory", "group", "number", "members"),
    ),
    Kind("directory.failed", "A directory could not be asked who is in its groups", _LIMENS, ENTITY, 99),
    Kind("directory.back", "A directory can be asked again", _LIMENS, ENTITY, 99),
    Kind(
        "directory.secret_kept",
        "Stored the secret by which Limen gets into a directory",
        _DIRECTORY,
        ENTITY,
        3,
        acknowledged=True,
        shown=("directory",),
    ),
    Kind(
        "directory.account_forgotten",
        "Forgot which account of a directory is somebody's",
        _MINE,
        ENTITY,
        4,
        acknowledged=True,
        shown=("directory",),
    ),
)
