"""What is said and decided about findings, as events. None holds a found value, nor what somebody wrote."""

from __future__ import annotations

from typing import Final

from limen.events.kind import ENTITY, Family, Kind, Owner, Topic

_FAMILY: Final = Family("Data")
_DECIDED: Final = Topic(_FAMILY, Owner.OFFICE, "What was decided about findings", "A finding was decided about")
KINDS: Final = (
    Kind("data.triaged", "Findings were decided about", _DECIDED, ENTITY, 3, shown=("state", "findings")),
    Kind("data.excepted", "A document was said to be not sensitive", _DECIDED, ENTITY, 1, shown=("app", "documents")),
    Kind("data.exception_widened", "A document may pass for everybody", _DECIDED, ENTITY, 3, shown=("documents",)),
    Kind("data.exception_ended", "A document may pass no longer", _DECIDED, ENTITY, 4, shown=("documents",)),
)
