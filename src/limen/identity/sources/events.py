"""Kinds of events of sources of people: what they did altogether, where they stopped, and what was answered.

What a source does to one person is that person's event (`person.invited`, `person.changed`), with the source in it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from limen.events.headings import ADMINISTRATION, CHANGES, RUNNING
from limen.events.kind import ACCOUNT, LIFECYCLE, Kind, Owner, Severity, Topic

_RUN: Final = Topic(RUNNING, Owner.LIMEN)
_ANSWERED: Final = Topic(
    ADMINISTRATION,
    Owner.OFFICE,
    "Sources of people you decided about",
    "A source of people you decided about",
    (CHANGES,),
)
_CONNECTED: Final = replace(
    _ANSWERED, plural="Directories whose password you stored", singular="A directory whose password you stored"
)
_READ: Final = replace(_ANSWERED, plural="Directories you had read", singular="A directory you had read")
_LINKED: Final = replace(_ANSWERED, singular="The source of your account")

KINDS: Final = (
    Kind("people_source.ran", "A source's people were applied", _RUN, LIFECYCLE, 99),
    Kind(
        "people_source.failed",
        "A source of people could not be read",
        _RUN,
        LIFECYCLE,
        99,
        severity=Severity.MEDIUM,
    ),
    Kind(
        "people_source.unit_lost",
        "A unit of a directory, below which people were, can't be seen any more",
        _RUN,
        LIFECYCLE,
        99,
        severity=Severity.HIGH,
    ),
    Kind(
        "people_source.connected",
        "The password of a directory that people come from was stored",
        _CONNECTED,
        LIFECYCLE,
        99,
        shown=("source",),
        acknowledged=True,
    ),
    Kind(
        "people_source.read_soon",
        "A directory that people come from is to be read now",
        _READ,
        LIFECYCLE,
        99,
        shown=("source",),
    ),
    Kind(
        "people_source.stopped",
        "A source stopped, because it would take access from too many people",
        _RUN,
        LIFECYCLE,
        99,
        severity=Severity.HIGH,
        acknowledged=True,
    ),
    Kind(
        "people_source.answered",
        "An administrator answered for a source that stopped",
        _ANSWERED,
        LIFECYCLE,
        99,
        shown=("source", "answer", "people"),
        acknowledged=True,
    ),
    Kind(
        "people_source.first_day_unread",
        "A source says a first day that can't be read",
        _RUN,
        LIFECYCLE,
        99,
        severity=Severity.MEDIUM,
    ),
    Kind(
        "people_source.last_day_unread",
        "A source says a last day that can't be read",
        _RUN,
        LIFECYCLE,
        99,
        severity=Severity.MEDIUM,
    ),
    Kind(
        "people_source.spared",
        "A leaver keeps access, because nobody else could administer Limen",
        _RUN,
        LIFECYCLE,
        99,
        severity=Severity.HIGH,
    ),
    Kind("people_source.asked", "A source of people asked", _RUN, LIFECYCLE, 99),
    Kind(
        "people_source.token_made",
        "A token of a source of people was created",
        _ANSWERED,
        LIFECYCLE,
        99,
        shown=("source",),
        acknowledged=True,
    ),
    Kind(
        "people_source.token_ended",
        "A token of a source of people was ended",
        _ANSWERED,
        LIFECYCLE,
        99,
        shown=("source",),
        acknowledged=True,
    ),
    Kind(
        "people_source.linked",
        "A person was linked to a source",
        _LINKED,
        ACCOUNT,
        99,
        shown=("source",),
        acknowledged=True,
    ),
    Kind(
        "people_source.ignored",
        "A record of a source was set aside",
        _ANSWERED,
        ACCOUNT,
        99,
        shown=("source",),
        acknowledged=True,
    ),
)
