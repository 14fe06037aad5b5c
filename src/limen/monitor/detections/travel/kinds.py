"""Events about journeys that were announced."""

from __future__ import annotations

from typing import Final

from limen.events.kind import ACCOUNT, Family, Kind, Owner, Topic

_TRAVEL: Final = Topic(Family("Monitoring"), Owner.PERSON, "Journeys of yours", "A journey of yours")

KINDS: Final = (
    Kind(
        "travel.announced",
        "Announced that somebody travels",
        _TRAVEL,
        ACCOUNT,
        3,
        acknowledged=True,
        shown=("country", "until", "why"),
        told={"": "A journey of yours was announced, so that signing in from there is no alarm"},
    ),
    Kind(
        "travel.ended",
        "Ended a journey that was announced",
        _TRAVEL,
        ACCOUNT,
        3,
        acknowledged=True,
        shown=("country",),
        told={"": "An announced journey of yours was ended"},
    ),
)
