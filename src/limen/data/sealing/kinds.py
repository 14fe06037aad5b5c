"""What happens with sealed files and their keys."""

from __future__ import annotations

from typing import Final

from limen.events.kind import ENTITY, FILE_HOSTING, Family, Kind, Owner, Severity, Topic

_SEALING: Final = Family("Sealed files")
_FILES: Final = Topic(_SEALING, Owner.PERSON, "Your sealed files", "A sealed file of yours")
_KEYS: Final = Topic(_SEALING, Owner.OFFICE, "Sealing keys that you changed", "A sealing key that you changed")

KINDS: Final = (
    Kind(
        "data.sealing_allowed",
        "Could seal files in their name",
        _FILES,
        FILE_HOSTING,
        99,
        acknowledged=True,
        shown=("until",),
    ),
    Kind(
        "data.document_opened",
        "Opened a sealed file",
        _FILES,
        FILE_HOSTING,
        14,
        acknowledged=True,
        shown=("label", "period", "document"),
    ),
    Kind(
        "data.sealing_key_made",
        "Created a key that files are sealed for",
        _KEYS,
        ENTITY,
        1,
        acknowledged=True,
        shown=("label", "period"),
    ),
    Kind(
        "data.shredding_planned",
        "Planned to destroy sealing keys, after which nothing opens that was sealed for them",
        _KEYS,
        ENTITY,
        4,
        severity=Severity.HIGH,
        acknowledged=True,
        shown=("label", "period", "until"),
    ),
    Kind(
        "data.shredding_stopped",
        "Kept sealing keys that were to be destroyed",
        _KEYS,
        ENTITY,
        3,
        acknowledged=True,
        shown=("label", "period"),
    ),
    Kind(
        "data.sealing_key_shredded",
        "Destroyed a sealing key: nothing opens any more that was sealed for it, but by a recovery key",
        _KEYS,
        ENTITY,
        4,
        severity=Severity.HIGH,
        acknowledged=True,
        shown=("label", "period"),
    ),
)
