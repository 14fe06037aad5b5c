"""What happens to the labels of documents."""

from __future__ import annotations

from typing import Final

from limen.events.kind import ENTITY, Family, Kind, Owner, Severity, Topic

LOWERED: Final = "data.label_lowered"
_UPDATE: Final = 3
"""OCSF's Entity Management: Update."""

KINDS: Final = (
    Kind(
        LOWERED,
        "The label of a document was lowered",
        Topic(Family("Data"), Owner.OFFICE, "Labels that you lowered", "A label that you lowered"),
        ENTITY,
        _UPDATE,
        acknowledged=True,
        severity=Severity.LOW,
        shown=("before", "after", "why"),
    ),
)
