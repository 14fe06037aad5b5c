"""What a part writes down in the very transaction in which an event is said: neither is ever there without the other.

It is for what must be told elsewhere and must not get lost, such as signals to other services. It is called while the
transaction holds the only writer, so it looks at little, writes less, and asks nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

from limen.declared import Declared

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from limen.events import Event
    from limen.storage.database import Transaction


Beside: TypeAlias = "Mapping[str, frozenset[str]]"
"""What belongs to an event and is too long for the journal, by its name among the event's details."""
Write: TypeAlias = "Callable[[Transaction, Event, Beside], None]"
NOTHING_BESIDE: Final[Beside] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class WrittenWith:
    """`write` is called with each event of these kinds, by whichever process says it, and with what belongs to it: the
    event's details are for readers, and may be cut.
    """

    kinds: frozenset[str]
    write: Write


WRITTEN_WITH: Final[Declared[WrittenWith]] = Declared("name of what is written with events", {})
"""What each part in use writes, by the part's name."""
