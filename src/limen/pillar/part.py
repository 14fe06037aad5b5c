"""The part itself: what it declares, and what of it runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection, Table

    from limen.clock import Instant
    from limen.credentials import CredentialKind
    from limen.events.kind import Kind
    from limen.finding import Finding
    from limen.pillar.core import Core
    from limen.pillar.folder import FolderFile, FolderFiles
    from limen.pillar.holdings import Holdings
    from limen.pillar.leading import Once
    from limen.pillar.surfaces import AccessSurface
    from limen.policy.attribute import Attribute
    from limen.settings import Section, Settings
    from limen.storage.written_with import WrittenWith


@dataclass(frozen=True, slots=True)
class Command:
    """A command of `limen`. `module` has a function, `run` unless said otherwise, that Typer turns into it.

    `passes_on`: what follows its first argument is another program's, options as well.
    """

    module: str
    help: str
    function: str = "run"
    passes_on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Declarations:
    """What a part adds to Limen's lists. Each name may be claimed once in all of Limen.

    `settings` is its section of `limen.toml`, named as the part. `tables` stand on the one shared MetaData; their
    migrations are in Limen's one line of migrations, or, for a part from elsewhere, in the folder `migrations`, whose
    files continue that line. `credentials` are the kinds of what it issues to somebody, or keeps to know them by; a
    table with secrets of somebody needs one. `holdings` are the kinds of what somebody is responsible for, each with
    how it goes to somebody else. `written_with` is what it writes down in the very transaction that says an event.
    `messages` is a folder with what it says that Limen's own catalogue has not: a `.po`
    file for each language, named by it (`de.po`); `en.po` holds the English of keys.
    """

    attributes: tuple[Attribute, ...] = ()
    events: tuple[Kind, ...] = ()
    settings: type[Section] | None = None
    files: tuple[FolderFile[Any], ...] = ()
    folder: FolderFiles[Any] | None = None
    tables: tuple[Table, ...] = ()
    credentials: tuple[CredentialKind, ...] = ()
    holdings: tuple[Holdings, ...] = ()
    written_with: WrittenWith | None = None
    migrations: Path | None = None
    messages: Path | None = None


# What runs


@dataclass(frozen=True, slots=True)
class Every:
    """Work that is done again and again, `seconds` apart. What it raises is logged, and the next turn comes.

    `once` says which of several workers does it.
    """

    name: str
    seconds: float
    work: Callable[[], Awaitable[object]]
    once: Once


@dataclass(frozen=True, slots=True)
class Figure:
    """A number for `/metrics`. `name` is as Prometheus wants it; no label holds a name, an address or a path."""

    name: str
    help: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


async def _nothing_to_close() -> None: ...


FirstStep: TypeAlias = Callable[[str, str], str]
"""`(person id, where they want to go) → address`: where somebody who has just signed in goes first; "" for nowhere."""


def _no_first_step(_person_id: str, _location: str) -> str:
    return ""


SawSignIn: TypeAlias = Callable[[str, str, str], None]
"""`(person id, the browser's long-lived cookie, its user agent)`: somebody has just signed in there. It must not wait.
"""


def _saw_nothing(_person_id: str, _browser: str, _user_agent: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A part that was built: what it offers, what it does again and again, its figures, what `/readyz` warns of, and
    how it ends.

    `first_step` is asked after each sign-in, of the parts in their order: the first that says an address is gone by,
    and comes back to where it was told. `saw_sign_in` is told of each sign-in. `proofs` are pages that give a proof
    without a person's doing, by the kind of the remedy: whoever lacks nothing else is sent there. `surfaces` are where
    somebody's access goes on beyond the database: each is asked, after an end, what is left.
    """

    offers: tuple[object, ...] = ()
    periodic: tuple[Every, ...] = ()
    figures: Callable[[], Iterable[Figure]] = tuple
    warnings: Callable[[], Iterable[str]] = tuple
    first_step: FirstStep = _no_first_step
    saw_sign_in: SawSignIn = _saw_nothing
    proofs: Mapping[str, str] = field(default_factory=dict)
    surfaces: tuple[AccessSurface, ...] = ()
    close: Callable[[], Awaitable[None]] = _nothing_to_close


# All of it


@dataclass(frozen=True, slots=True)
class Installation:
    """What an examination of `limen doctor` looks at: a company folder and its settings, Limen running or not."""

    root: Path
    settings: Settings


async def _build_nothing(_core: Core) -> Running:
    return Running()


@dataclass(frozen=True, slots=True)
class ErasedPerson:
    """Who is erased, and when, as long as it is known; `others` are the names and email addresses of everybody else, so
    that nothing of theirs goes.
    """

    id: str
    name: str
    email: str
    others: tuple[tuple[str, str], ...] = ()
    at: Instant = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pillar:
    """A part of Limen.

    `name` is its folder's, its section's in `limen.toml`, and what errors call it. `pages` are the names of modules
    with pages. `prepare` is called before the change feed starts: it says how rows become facts, and may offer what
    needs nothing else. `build` is called when the facts stand. `examinations` are the doctor's, by their names.
    `changed_by_erasing` names the changes to announce when a person's rows go; the rows themselves are found by their
    columns (`person_id`, `owner_id`). `erase_names` deletes what has no such column and names them all the same, and
    names the changes of that. `writes` names the folders outside the data folder that it writes to.
    """

    name: str
    is_optional: bool = True
    commands: Mapping[str, Command] = field(default_factory=dict)
    pages: tuple[str, ...] = ()
    declarations: Callable[[], Declarations] = Declarations
    prepare: Callable[[Core], None] = lambda _core: None
    build: Callable[[Core], Awaitable[Running]] = _build_nothing
    examinations: Mapping[str, Callable[[Installation], Awaitable[list[Finding]]]] = field(default_factory=dict)
    changed_by_erasing: Callable[[Connection, str], Iterable[tuple[str, str]]] = lambda _connection, _person: ()
    erase_names: Callable[[Connection, ErasedPerson], Iterable[tuple[str, str]]] = lambda _connection, _person: ()
    writes: Callable[[Installation], Iterable[Path]] = lambda _here: ()


NAME: Final = r"[a-z][a-z_]{1,30}"
"""What a part may be called."""
