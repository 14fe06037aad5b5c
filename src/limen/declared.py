"""Lists that the parts of Limen add to: attributes of facts, kinds of events and the like, each name claimed once.

A list begins with what Limen itself declares. Which parts add to it is said once, at the start (`compose`), by the one
place that knows them all. From then on it is read like any mapping.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Generic, TypeVar

from limen.errors import LimenError

T = TypeVar("T")
LIMEN_ITSELF: Final = "Limen itself"


class ClaimedTwiceError(LimenError):
    """Two parts declare the same name."""


class Declared(Mapping[str, T], Generic[T]):
    """What is declared of one sort (`noun`: "attribute", "kind of event"), by name, in the order of declaration."""

    def __init__(self, noun: str, own: Mapping[str, T]) -> None:
        self.noun = noun
        self._own = dict(own)
        self._owners = dict.fromkeys(own, LIMEN_ITSELF)
        self._all = dict(own)
        self.parts: Mapping[str, Mapping[str, T]] = {}
        """What each part declares, by the part's name."""

    def compose(self, parts: Mapping[str, Mapping[str, T]]) -> None:
        """From now on: what Limen itself declares, and what each of these parts, by the part's name, declares.

        Raises `ClaimedTwiceError`, which names both owners, and leaves everything as it was.
        """
        owners, everything = dict.fromkeys(self._own, LIMEN_ITSELF), dict(self._own)
        for part, items in parts.items():
            for name, item in items.items():
                if name in everything:
                    raise ClaimedTwiceError(
                        f"{owners[name]} and {part} both declare the {self.noun} {name}",
                        "give one of them another name",
                    )
                owners[name], everything[name] = part, item
        self._owners, self._all, self.parts = owners, everything, dict(parts)

    def owner_of(self, name: str) -> str:
        """The part that declared `name`. Raises KeyError."""
        return self._owners[name]

    def __getitem__(self, name: str) -> T:
        return self._all[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)
