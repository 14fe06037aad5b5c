"""What data protection gives to entry points that don't belong to it: whether something that passes may pass."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from limen.facts.passing import Judged, Passing


class InspectedDocument(Protocol):
    """What looking into one document gave: what kind it is by its content, where in it each find is, and why something
    in it was not read. Entry points hand it on to `judge` and `note` as it is.
    """

    @property
    def kind(self) -> str: ...
    @property
    def where(self) -> tuple[str, ...]: ...
    @property
    def why_not(self) -> frozenset[Any]: ...


class Inspect(Protocol):
    async def __call__(
        self, body: AsyncIterator[bytes] | bytes, name: str = "", owner: str = "", among: str = ""
    ) -> Any: ...


class DataDialogue(Protocol):
    """What people say when something of theirs is stopped. Documents are named by their digests."""

    def is_excepted(self, person: str, app: str, digest: bytes) -> bool:
        """Whether this document may pass for this person to or from this app."""
        ...

    async def not_sensitive(self, person: str, app: str, digests: Mapping[bytes, str]) -> bool:
        """Have these documents pass for this person, until that ends. Beside each, the event that tells of its stop.

        False: they do not, for somebody decided about one of them that it is sensitive.
        """
        ...

    async def justified(self, event: str, person: str, why: str) -> None:
        """Keep why something passes, in the person's words, beside the event that tells that it did."""
        ...


class Note(Protocol):
    async def __call__(
        self, passing: Passing, inspected: Any, judged: Judged, *, passed: bool, why: str = ""
    ) -> str: ...


@dataclass(frozen=True, slots=True)
class RuleWords:
    """What people read of a rule: its title, why it is there, and whom they may ask (a group or an address, "")."""

    title: str
    why: str = ""
    ask: str = ""


@dataclass(frozen=True, slots=True)
class DataChecks:
    """What data protection offers to the gateway.

    `asks(passing)`: whether any rule could apply; where it is false, nothing is looked into. `inspect(body, name,
    owner, among)` looks into a document, in turn with those of other owners, and gives an `InspectedDocument`; `among`
    are those who may notice, by how long it takes, that it came before ("": nobody).
    `not_inspected(why)` is what stands for a document that could not be looked into, `why` one of the words of
    `data.documents.WhyNot`. `judge(passing, inspected)` says what is done.
    `note(passing, inspected, judged, passed=…, why=…)` journals it and gives the event's id;
    `why` is a word, never what somebody wrote. `words(rule)` are those of a rule by its id. `dialogue` keeps what
    people say, where that is kept.
    `stops(passing)`: whether a rule could stop it, so that what nobody could look into may not pass by it.
    `together(documents)`: several documents, each with its name, as one, of which all is counted.
    """

    asks: Callable[[Passing], bool]
    inspect: Inspect
    not_inspected: Callable[[str], Any]
    judge: Callable[[Passing, Any], Judged]
    note: Note
    together: Callable[[Sequence[tuple[str, Any]]], Any]
    dialogue: DataDialogue | None = None
    stops: Callable[[Passing], bool] = lambda _passing: True
    words: Callable[[str], RuleWords | None] = lambda _rule: None


@dataclass(frozen=True, slots=True)
class DocumentDoor:
    """What the gateway offers to data protection: `ask(checks)` has it ask these, about each document from now on."""

    ask: Callable[[DataChecks], None]
