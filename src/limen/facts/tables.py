"""Rows of facts by their ids. Whoever reads sees a mapping; whoever puts or drops a row says what has changed by it.

Putting what is there already changes nothing and says nothing, so reading all rows anew costs nobody a decision.
"""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, KeysView, Mapping, ValuesView
from typing import Final, Generic, Protocol, TypeAlias, TypeVar, overload

from limen.clock import Instant
from limen.facts.asked import Plain
from limen.facts.nouns import Session

Subject: TypeAlias = tuple[str, str]
"""What a fact is about: ("person", id), ("device", id), ("session", id), ("place", address), ("company", "") or
("apps", ""). Workloads are people here, and programs' tokens are sessions."""

LONGEST_TEXT: Final = 256
MOST_IN_A_SET: Final = 64
MOST_LEARNED: Final = 64
"""How many attributes without a field one subject may have; more of them stay unknown."""
_LONG: Final = 1 << 63

Row = TypeVar("Row")
Other = TypeVar("Other")
Changed: TypeAlias = Callable[[Subject], None]


class WithId(Protocol):
    """A noun that has an id of its own."""

    @property
    def id(self) -> str: ...


Noun = TypeVar("Noun", bound=WithId)


class Rows(Mapping[str, Row], Generic[Row]):
    """Rows by their keys, to be read and dropped. `kind`: the row of a key tells of the subject (kind, key)."""

    __slots__ = ("_changed", "_dropped", "_kind", "_rows")

    def __init__(self, kind: str, changed: Changed, dropped: Changed | None = None) -> None:
        """`changed` is called after a row has changed, and `dropped` (None: `changed` as well) after one has gone."""
        self._kind = kind
        self._changed = changed
        self._dropped = dropped or changed
        self._rows: dict[str, Row] = {}

    def drop(self, key: str) -> None:
        if self._rows.pop(key, None) is not None:
            self._dropped((self._kind, key))

    def _put(self, key: str, row: Row) -> None:
        if self._rows.get(key) != row:
            self._rows[key] = row
            self._changed((self._kind, key))

    # As quick as the dictionary, and its own views: another thread may copy them in one step while rows come and go.

    def __getitem__(self, key: str) -> Row:
        return self._rows[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    @overload
    def get(self, key: str, /) -> Row | None: ...
    @overload
    def get(self, key: str, /, default: Row | Other) -> Row | Other: ...
    def get(self, key: str, /, default: Row | Other | None = None) -> Row | Other | None:
        return self._rows.get(key, default)

    def keys(self) -> KeysView[str]:
        return self._rows.keys()

    def values(self) -> ValuesView[Row]:
        return self._rows.values()

    def items(self) -> ItemsView[str, Row]:
        return self._rows.items()


class Table(Rows[Noun]):
    """Nouns by their own ids."""

    __slots__ = ()

    def put(self, noun: Noun) -> None:
        self._put(noun.id, noun)


class TableOf(Rows[Row]):
    """What is known of nouns that are rows elsewhere, by those nouns' ids."""

    __slots__ = ()

    def put(self, key: str, row: Row) -> None:
        self._put(key, row)


class Issued:
    """What was issued, by the hash of its secret and by whom and what it hangs on; and when it was used last."""

    __slots__ = ("by_hash", "hash_of", "last_used", "of", "used_from")

    def __init__(self) -> None:
        self.by_hash: dict[bytes, Session] = {}
        self.hash_of: dict[str, bytes] = {}
        self.of: dict[Subject, set[str]] = {}
        self.last_used: dict[str, Instant] = {}
        self.used_from: dict[str, str] = {}

    def touched_by(self, subject: Subject) -> set[str]:
        """The ids of all that hangs on `subject`: what was issued to it, and what hangs on that in turn."""
        of = self.of
        named = of.get(subject, set())
        if subject[0] == "session":
            return {subject[1], *named}
        return named.union(*(of.get(("session", each), ()) for each in named))

    def take_up(self, token_hash: bytes, session: Session) -> None:
        self.by_hash[token_hash] = session
        self.hash_of[session.id] = token_hash
        for subject in _hangs_on(session):
            self.of.setdefault(subject, set()).add(session.id)

    def let_go(self, session: Session) -> None:
        token_hash = self.hash_of.pop(session.id, b"")
        if token_hash in self.by_hash and self.by_hash[token_hash].id == session.id:
            del self.by_hash[token_hash]
        for subject in _hangs_on(session):
            ids = self.of[subject]
            ids.discard(session.id)
            if not ids:
                del self.of[subject]


def _hangs_on(session: Session) -> list[Subject]:
    subjects: list[Subject] = [("person", session.person_id)]
    if session.parent:
        subjects.append(("session", session.parent))
    if session.device_id:
        subjects.append(("device", session.device_id))
    return subjects


class SessionTable(Rows[Session]):
    """Browsers' sessions, or programs' tokens. Each is found by the hash of its secret (SHA-256), which is all that is
    known of the secret here.
    """

    __slots__ = ("_issued",)

    def __init__(self, issued: Issued, changed: Changed, dropped: Changed) -> None:
        super().__init__("session", changed, dropped)
        self._issued = issued

    def put(self, token_hash: bytes, session: Session, last_used: Instant = 0) -> None:
        """Know `session` under this secret alone; one it had before is worthless from here on."""
        issued, before = self._issued, self._rows.get(session.id)
        if last_used:
            issued.last_used[session.id] = max(last_used, issued.last_used.get(session.id, 0))
        if before == session and issued.hash_of[session.id] == token_hash:
            return
        if before is not None:
            issued.let_go(before)
        self._rows[session.id] = session
        issued.take_up(token_hash, session)
        self._changed(("session", session.id))

    def drop(self, key: str) -> None:
        session = self._rows.get(key)
        if session is not None:
            self._issued.let_go(session)
            self._issued.last_used.pop(key, None)
            self._issued.used_from.pop(key, None)
            super().drop(key)


class Learned:
    """Attributes that have no field of their own: what was learned of a person, a device, a session or a place.

    A part that learns something adds no more than a line: `learned.put(("device", id), "device.encrypted", True)`. The
    path begins with the subject's kind; of a person, a record of a part's own can be learned as well
    (`learned.put(("person", id), "training.known", True)`). What can't be held (another type, too long, too many) is
    not known: it reads as the worst it could be, like all that nobody has learned.
    """

    __slots__ = ("_changed", "_of")

    def __init__(self, changed: Changed) -> None:
        self._changed = changed
        self._of: dict[Subject, dict[str, Plain]] = {}

    def __bool__(self) -> bool:
        return bool(self._of)

    def of(self, subject: Subject) -> Mapping[str, Plain]:
        """What is known of `subject`, by path."""
        return self._of.get(subject, {})

    def put(self, subject: Subject, path: str, value: Plain) -> None:
        known = self._of.get(subject, {})
        is_held = subject[1] != "" and _is_path(subject, path) and is_plain(value)
        if not is_held or (path not in known and len(known) >= MOST_LEARNED):
            self.drop(subject, path)
            return
        before = known.get(path)
        if type(before) is not type(value) or before != value:
            self._of.setdefault(subject, {})[path] = value
            self._changed(subject)

    def drop(self, subject: Subject, path: str) -> None:
        known = self._of.get(subject, {})
        if path in known:
            del known[path]
            if not known:
                del self._of[subject]
            self._changed(subject)

    def forget(self, subject: Subject) -> None:
        """Everything that was learned of `subject`; says nothing: whoever drops the subject itself does."""
        self._of.pop(subject, None)


def _is_path(subject: Subject, path: str) -> bool:
    noun, _, name = path.partition(".")
    is_of_subject = noun == subject[0] or (subject[0] == "person" and noun not in {"device", "session", "place"})
    return name != "" and is_of_subject and len(path) <= LONGEST_TEXT


def is_plain(value: object) -> bool:
    """Whether `value` is what an attribute without a field may hold (see `Plain`), and of a size that is bounded."""
    if isinstance(value, bool):
        return True
    if isinstance(value, int):
        return -_LONG <= value < _LONG
    if isinstance(value, str):
        return len(value) <= LONGEST_TEXT
    return (
        isinstance(value, tuple)
        and len(value) <= MOST_IN_A_SET
        and all(isinstance(each, str) and len(each) <= LONGEST_TEXT for each in value)
        and list(value) == sorted(set(value))
    )
