"""What a part adds to the company folder: one file, or a folder of files that mean one thing together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, ClassVar, Final, Generic, TypeVar

if TYPE_CHECKING:
    from datetime import date, tzinfo
    from pathlib import Path

    from limen.clock import Instant
    from limen.configuration.problem import Problem
    from limen.configuration.tree import Tree
    from limen.facts import Factor, FactStore, Person
    from limen.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Around:
    """What a folder file may mention. None: the file that says so could not be read, so names are not checked."""

    settings: Settings | None
    groups: frozenset[str] | None
    apps: frozenset[str] | None

    @property
    def zone(self) -> tzinfo:
        """The company's time zone; UTC where its settings name none that there is, which is a problem of theirs."""
        try:
            return self.settings.zone if self.settings is not None else UTC
        except (KeyError, ValueError, OSError):
            return UTC


@dataclass(frozen=True, slots=True)
class Touched:
    """Whom a change of a folder file concerns: `said` tells the change, `people` are ids, `how` what is about them."""

    said: str
    how: str
    people: tuple[str, ...]


IN_A_WEEK: Final = "IN-A-WEEK"
"""Where a file's `initial` says this, `limen init` writes the date in a week."""


@dataclass(frozen=True, slots=True)
class Past:
    """What is kept of what happened from `since` until `until`: in the folders of the journal and of all events.

    `seconds` is how long it may be looked at; `go_on` is called now and then, and raises where nobody waits any more.
    `people` is everybody there is today, by id.
    """

    journal: Path
    events: Path
    since: Instant
    until: Instant
    seconds: float = 60.0
    go_on: Callable[[], object] = lambda: None
    people: Mapping[str, Person] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One thing that would have been other in the past days, in a sentence; the newest cases of it, each with the uid
    of an event that it rests on ("": none).
    """

    said: str
    newest: tuple[tuple[Instant, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FolderFile(Generic[T]):
    """A YAML file of the company folder. It may be missing; `initial` is what `limen init` writes, with comments.

    `kind` is what the file means, frozen: a dataclass or msgspec.Struct, which is kept with the revision as JSON.
    `read` gives it, and all that is wrong with the file, each with its line. `changes` says, in one line each, what is
    other in the second value than in the first (None: no such file). `in_force` is called with the value whenever a
    revision takes effect; it must not wait. `touches` says whom each change concerns, of everybody with the factors
    they have (None: who gains access by a change is not looked at). `without` is given the text, "app" or "group", and
    the id of one that is removed; it gives the text without it, and what that does, a sentence each, or raises
    LimenError (None: the file names neither, or whoever removes one changes it first). `notes` are what is sound and
    perhaps not meant, or due on a day, each with what to do. `would_have` is what would have been other in the past
    days with the second value in place of the first.
    """

    name: str
    kind: type[T]
    read: Callable[[Tree, Around], tuple[T | None, list[Problem]]]
    changes: Callable[[T | None, T | None], Iterable[str]]
    in_force: Callable[[FactStore, T | None], None]
    initial: str = ""
    touches: Callable[[T | None, T | None, Iterable[tuple[Person, frozenset[Factor]]]], Iterable[Touched]] | None = None
    without: Callable[[str, str, str], tuple[str, tuple[str, ...]]] | None = None
    notes: Callable[[T, date], Iterable[tuple[str, str]]] | None = None
    would_have: Callable[[T | None, T | None, Past], Iterable[Foreseen]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderFiles(Generic[T]):
    """Many files of the company folder that mean one thing together: each `*.yml` right below the folder `name`.

    `parser` names a function, `module:function`, that the parsing child calls with a file's name and text before
    anybody else reads it; it gives the problems. `read` is given the texts of the files that have none, by their names.
    All else is as with a `FolderFile`.
    """

    name: str
    kind: type[T]
    parser: str
    read: Callable[[Mapping[str, str], Around], tuple[T | None, list[Problem]]]
    changes: Callable[[T | None, T | None], Iterable[str]]
    in_force: Callable[[FactStore, T | None], None]
    touches: Callable[[T | None, T | None, Iterable[tuple[Person, frozenset[Factor]]]], Iterable[Touched]] | None = None
    would_have: Callable[[T | None, T | None, Past], Iterable[Foreseen]] | None = None

    FILE: ClassVar = r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}\.yml"
    """What a file may be called."""

    def has(self, name: str) -> bool:
        """Is this, relative to the company folder, the name of one of them?"""
        return re.fullmatch(f"{re.escape(self.name)}/{self.FILE}", name) is not None
