"""A part of Limen as one value: what it declares, what it does while Limen runs, and what it must end.

Every part has a `pillar.py` with its `PILLAR`, and `limen.pillars` lists them. That file is read by every command, so
it is light: what it names is imported where it is used.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, Protocol, TypeAlias, TypeVar

from limen.errors import LimenError

if TYPE_CHECKING:
    from datetime import tzinfo
    from pathlib import Path

    from aiohttp.abc import AbstractResolver
    from sqlalchemy import Connection, Table

    from limen.clock import Clock, Instant, Milliseconds
    from limen.configuration.problem import Problem
    from limen.configuration.tree import Tree
    from limen.credentials import CredentialKind
    from limen.events.kind import Kind
    from limen.facts import App, Factor, Facts, FactStore, Grant, Person, Session
    from limen.finding import Finding
    from limen.policy import Engine
    from limen.policy.attribute import Attribute
    from limen.policy.decision import Decision, Effect
    from limen.settings import Section, Settings
    from limen.storage import Database, Feed, Keyring, Snapshot, Transaction
    from limen.storage.break_glass import BreakGlass
    from limen.storage.journal import Journal

T = TypeVar("T")


# What a part declares


@dataclass(frozen=True, slots=True)
class Command:
    """A command of `limen`. `module` has a function, `run` unless said otherwise, that Typer turns into it."""

    module: str
    help: str
    function: str = "run"


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
class FolderFile(Generic[T]):
    """A YAML file of the company folder. It may be missing; `initial` is what `limen init` writes, with comments.

    `kind` is what the file means, frozen: a dataclass or msgspec.Struct, which is kept with the revision as JSON.
    `read` gives it, and all that is wrong with the file, each with its line. `changes` says, in one line each, what is
    other in the second value than in the first (None: no such file). `in_force` is called with the value whenever a
    revision takes effect; it must not wait. `touches` says whom each change concerns, of everybody with the factors
    they have (None: who gains access by a change is not looked at). `without` is given the text, "app" or "group", and
    the id of one that is removed; it gives the text without it, and what that does, a sentence each, or raises
    LimenError (None: the file names neither, or whoever removes one changes it first).
    """

    name: str
    kind: type[T]
    read: Callable[[Tree, Around], tuple[T | None, list[Problem]]]
    changes: Callable[[T | None, T | None], Iterable[str]]
    in_force: Callable[[FactStore, T | None], None]
    initial: str = ""
    touches: Callable[[T | None, T | None, Iterable[tuple[Person, frozenset[Factor]]]], Iterable[Touched]] | None = None
    without: Callable[[str, str, str], tuple[str, tuple[str, ...]]] | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """What is kept of what happened from `since` until `until`: in the folders of the journal and of all events."""

    journal: Path
    events: Path
    since: Instant
    until: Instant


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
    would_have: Callable[[T | None, T | None, Past], Iterable[str]] | None = None
    """What would have been other in the past days with the second value in place of the first, in lines."""

    FILE: ClassVar = r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}\.yml"
    """What a file may be called."""

    def has(self, name: str) -> bool:
        """Is this, relative to the company folder, the name of one of them?"""
        return re.fullmatch(f"{re.escape(self.name)}/{self.FILE}", name) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declarations:
    """What a part adds to Limen's lists. Each name may be claimed once in all of Limen.

    `settings` is its section of `limen.toml`, named as the part. `tables` stand on the one shared MetaData; their
    migrations are in Limen's one line of migrations, or, for a part from elsewhere, in the folder `migrations`, whose
    files continue that line. `credentials` are the kinds of what it issues to somebody, or keeps to know them by; a
    table with secrets of somebody needs one. `messages` is a folder with what it says that Limen's own catalogue has
    not: a `.po` file for each language, named by it (`de.po`); `en.po` holds the English of keys.
    """

    attributes: tuple[Attribute, ...] = ()
    events: tuple[Kind, ...] = ()
    settings: type[Section] | None = None
    file: FolderFile[Any] | None = None
    folder: FolderFiles[Any] | None = None
    tables: tuple[Table, ...] = ()
    credentials: tuple[CredentialKind, ...] = ()
    migrations: Path | None = None
    messages: Path | None = None


# What a part works on, and what runs


class Offers:
    """What parts give to each other and to the pages, by its type: parts never import each other."""

    def __init__(self) -> None:
        self._values: dict[type, object] = {}

    def give(self, value: object) -> None:
        """Offer `value` under its type. Raises LimenError where something of this type is offered already."""
        if type(value) in self._values:
            raise LimenError(f"two parts offer a {type(value).__name__}", "leave one of them out")
        self._values[type(value)] = value

    def take(self, kind: type[T]) -> T:
        """What is offered of this type. Raises LimenError where nothing is."""
        value = self._values.get(kind)
        if not isinstance(value, kind):
            raise LimenError(f"no part offers a {kind.__name__}", "add the part that does before the one that asks")
        return value

    def find(self, kind: type[T]) -> T | None:
        """What is offered of this type, or None: for what an optional part offers."""
        value = self._values.get(kind)
        return value if isinstance(value, kind) else None


@dataclass(frozen=True, slots=True)
class Core:
    """What stands before any part is built. `engine` is the one in force, read anew each time.

    `settled(seq)` returns when every live worker has applied the change of that number (0: none) and the journal has
    what was said. `locked_out` says what keeps everybody of the database from administering Limen; "" where somebody
    can.
    """

    root: Path
    settings: Settings
    clock: Clock
    database: Database
    keyring: Keyring
    journal: Journal
    known: FactStore
    feed: Feed
    engine: Callable[[], Engine]
    break_glass: BreakGlass
    locked_out: Callable[[Snapshot], str]
    offers: Offers = field(default_factory=Offers)

    async def settled(self, seq: int) -> None:
        import asyncio

        await asyncio.gather(self.feed.settled(seq), self.journal.settled())

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """`committed` with the database and the feed that stand here."""
        return await committed(self.database, self.settled, work)


async def committed(
    database: Database, settled: Callable[[int], Awaitable[object]], work: Callable[[Transaction], T]
) -> T:
    """Commit `work`, then wait until what it changed is known everywhere and what it said is kept (`Core.settled`)."""

    def numbered(transaction: Transaction) -> tuple[T, int, int]:
        return work(transaction), transaction.changed_seq, transaction.said_seq

    result, changed, said = await database.writing(numbered)
    if changed or said:
        await settled(changed)
    return result


@dataclass(frozen=True, slots=True)
class Decider:
    """Decides about facts that are at hand, and journals it: what enforcement offers to whoever signs people in."""

    decide: Callable[[Facts, str], Decision]


class SignOnDecision(Protocol):
    """What was decided about a sign-in to an app. `session` is None unless it is live; `id` names the decision, `word`
    its first reason.
    """

    @property
    def effect(self) -> Effect: ...
    @property
    def id(self) -> str: ...
    @property
    def word(self) -> str: ...
    @property
    def session(self) -> Session | None: ...


class DecideSignOn(Protocol):
    def __call__(
        self, entry_point: str, app: App, session: Session | None, address: str, *, is_present: bool
    ) -> SignOnDecision: ...


class TellSignOn(Protocol):
    def __call__(self, kind: str, word: str, detail: str, app: str = "") -> None: ...


@dataclass(frozen=True, slots=True)
class SignOn:
    """What enforcement offers to whoever signs people in to apps by a protocol.

    `decide` decides whether this session may use this app now, and journals it; `is_present` says that the person is
    there and not a program in their name. `tell(kind, word, detail, app)` journals what strangers can cause, within
    bounds: on the timeline of the app that is named, or that `detail` is; of Limen itself where neither is an app.
    `resolver` is what finds the addresses of apps that are called: none that is forbidden, whatever a name leads to.
    """

    decide: DecideSignOn
    tell: TellSignOn
    resolver: Callable[[], AbstractResolver]


class OpenAppSession(Protocol):
    async def __call__(
        self, parent_id: str, app_id: str, address: str, user_agent: str, *, tied_until: Instant = 0
    ) -> str: ...


@dataclass(frozen=True, slots=True)
class AppSessions:
    """What identity offers to enforcement.

    `open(parent session id, app id, address, user agent)` gives the token of a new session on that app's host, and
    raises LimenError when the sign-in session is no longer good; only where it was asked for with the sign-in's tie is
    it on the same device, and until `tied_until` at the longest, when that is over. `end(session id)` ends it and
    everything that hangs on it, and returns when no door takes it any more.
    """

    open: OpenAppSession
    end: Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class BrowserSessions:
    """What identity offers to whoever ties sessions to their browsers by a key of the browser.

    `keep_key(session id, JWK)`: from now on this session counts only with a tie; False where it has a key already or
    is gone. `key_of(session id)` gives the key, "" where there is none. `proved(session id)`: its browser proved that
    it has the key, so it stays on the device it is on, where it is a sign-in.
    """

    keep_key: Callable[[str, str], Awaitable[bool]]
    key_of: Callable[[str], Awaitable[str]]
    proved: Callable[[str], Awaitable[None]]


class IssueWorkloadToken(Protocol):
    async def __call__(
        self, workload_id: str, app: str, actions: frozenset[str], *, until: Instant, name: str
    ) -> str: ...


@dataclass(frozen=True, slots=True)
class WorkloadTokens:
    """What identity offers to single sign-on: tokens for apps behind the gateway, of workloads that proved themselves.

    `issue` gives the secret of a token for one app and these actions; it is held to them, and decided on, at every
    request. Returns when every door takes it. Raises LimenError where the workload has too many, or is gone.
    """

    issue: IssueWorkloadToken


@dataclass(frozen=True, slots=True)
class DeviceSessions:
    """What identity offers to whoever binds browsers' sessions to devices.

    `bind(transaction, session id, device id, binding, until)` says that this sign-in sits on this device, so firmly,
    until then; False where there is no such session any more. `end(transaction, device id, now)` ends everything that
    was signed in on a device before now. `end_of_person(transaction, person id, now)` ends every sign-in of a person
    because another service says so; neither programs' tokens, nor break-glass.
    """

    bind: Callable[[Transaction, str, str, int, Instant], bool]
    end: Callable[[Transaction, str, Instant], None]
    end_of_person: Callable[[Transaction, str, Instant], None]


@dataclass(frozen=True, slots=True)
class PersonResponses:
    """What identity offers to whoever answers an alert about a person, each in a transaction, with the instant and the
    id of who does it ("" for a playbook).

    `end_session(transaction, session id, now, by)` ends one sign-in, False where it is gone. `end_all(transaction,
    person id, now, by)` ends every sign-in and token. `suspend(transaction, person id, now, by)` makes an active
    account inactive and keeps what they sign in with, and `resume` makes that one active again; False where there is
    nothing to do. `suspend` raises LimenError where nobody would be left among the administrators.
    """

    end_session: Callable[[Transaction, str, Instant, str], bool]
    end_all: Callable[[Transaction, str, Instant, str], None]
    suspend: Callable[[Transaction, str, Instant, str], bool]
    resume: Callable[[Transaction, str, Instant, str], bool]


@dataclass(frozen=True, slots=True)
class DeviceResponses:
    """What devices offer to whoever answers an alert about one, each in a transaction, with the instant, the id of who
    does it ("" for a playbook) and a mark that names the alert.

    `quarantine(transaction, device id, now, by, mark)`: it opens nothing any more. `release` takes that back where this
    mark is still the reason. Both are False where there is nothing to do. `owner_of(snapshot, device id)` is the id of
    whose it is, "" where nobody knows it.
    """

    quarantine: Callable[[Transaction, str, Instant, str, str], bool]
    release: Callable[[Transaction, str, Instant, str, str], bool]
    owner_of: Callable[[Snapshot, str], str]


@dataclass(frozen=True, slots=True)
class DeviceNames:
    """What devices offer to whoever reads of them elsewhere: of each of the company's that is in use its names, by id.

    Whoever enrols a device of their own names it, so what is no device of the company's is not known by a name.
    """

    all: Callable[[], Mapping[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class CompanyPeople:
    """What identity offers to whoever has to know people in a transaction, and not as memory has them.

    `all(snapshot)` is everybody with their groups, by id; `language_of(snapshot, person id)` the language that somebody
    is written to in, "" where nobody said.
    """

    all: Callable[[Snapshot], Mapping[str, Person]]
    language_of: Callable[[Snapshot, str], str]


@dataclass(frozen=True, slots=True)
class Askable:
    """Somebody may ask for something by the rule of this name: for `longest_ms` at most, with a reason of at least
    `reason_length` characters and, where `ticket` is not "", a ticket that fits it. `is_automatic`: nobody has to
    approve it.
    """

    rule: str
    longest_ms: Milliseconds
    reason_length: int
    ticket: str
    is_automatic: bool


@dataclass(frozen=True, slots=True)
class AccessGrants:
    """What access offers to doors and pages.

    `active(app id)` are the grants on an app that are not over, each with whose it is, from memory: entry points need
    none of it to decide, for policies read grants. `asked(person, app, action)` is by which rule somebody may ask for
    it; None where none lets them.
    """

    active: Callable[[str], list[tuple[str, Grant]]]
    asked: Callable[[Person, App, str], Askable | None]


@dataclass(frozen=True, slots=True)
class WaitingRequest:
    """A request for access that waits for an answer, as a chat may tell it: who asks for which app, and the page on
    which whoever may answer it signs in.
    """

    who: str
    app: str
    page: str


@dataclass(frozen=True, slots=True)
class WaitingRequests:
    """What access offers to whoever tells chats. `find(snapshot, request id)` is None where nobody has to answer it any
    more.
    """

    find: Callable[[Snapshot, str], WaitingRequest | None]


@dataclass(frozen=True, slots=True)
class RequestChannels:
    """What monitoring offers to access: the channels of `monitor.yaml` that hear of requests. `tell(transaction,
    request id, now)` has them told when it commits.
    """

    tell: Callable[[Transaction, str, Instant], None]


class NotTakenError(LimenError):
    """What was sent is not kept: it has to be sent again."""


class TakeAgentLogs(Protocol):
    async def __call__(
        self, device_id: str, name: str, lines: Sequence[bytes], address: str, *, is_journal: bool
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class AgentLogs:
    """What monitoring offers to devices, whose agents read logs.

    `wanted(platform)` says which: by source, files and whether the systemd journal. `take` returns when lines that this
    device proved to have read are durable, and raises NotTakenError.
    """

    wanted: Callable[[str], list[dict[str, Any]]]
    take: TakeAgentLogs


class KeysAwayError(LimenError):
    """The keys by which something would be verified can't be read at this moment."""


class VerifiedClaims(Protocol):
    async def __call__(self, keys: str, token: str) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class SignedByIssuers:
    """What single sign-on offers to whoever takes security event tokens (RFC 8417) of other services.

    `claims(address of the keys, token)` gives the claims of a token that one of these keys signed; whose it is, for
    whom and of when is for the caller. Raises KeysAwayError, and LimenError for a token that proves nothing.
    """

    claims: VerifiedClaims


@dataclass(frozen=True, slots=True)
class Every:
    """Work that is done again and again, `seconds` apart. What it raises is logged, and the next turn comes."""

    name: str
    seconds: float
    work: Callable[[], Awaitable[object]]


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
    """A part that was built: what it offers, what it does again and again, its figures, and how it ends.

    `first_step` is asked after each sign-in, of the parts in their order: the first that says an address is gone by,
    and comes back to where it was told. `saw_sign_in` is told of each sign-in. `proofs` are pages that give a proof
    without a person's doing, by the kind of the remedy: whoever lacks nothing else is sent there.
    """

    offers: tuple[object, ...] = ()
    periodic: tuple[Every, ...] = ()
    figures: Callable[[], Iterable[Figure]] = tuple
    first_step: FirstStep = _no_first_step
    saw_sign_in: SawSignIn = _saw_nothing
    proofs: Mapping[str, str] = field(default_factory=dict)
    close: Callable[[], Awaitable[None]] = _nothing_to_close


# The part itself


@dataclass(frozen=True, slots=True)
class Installation:
    """What an examination of `limen doctor` looks at: a company folder and its settings, Limen running or not."""

    root: Path
    settings: Settings


async def _build_nothing(_core: Core) -> Running:
    return Running()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pillar:
    """A part of Limen.

    `name` is its folder's, its section's in `limen.toml`, and what errors call it. `pages` are the names of modules
    with pages. `prepare` is called before the change feed starts: it says how rows become facts, and may offer what
    needs nothing else. `build` is called when the facts stand. `examinations` are the doctor's, by their names.
    `changed_by_erasing` names the changes to announce when a person's rows go; the rows themselves are found by their
    columns (`person_id`, `owner_id`).
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


NAME: Final = r"[a-z][a-z_]{1,30}"
"""What a part may be called."""
