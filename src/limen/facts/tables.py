"""Rows of facts by their ids. Whoever reads sees a mapping; whoever puts or drops a row says what has changed by it.

Putting what is there already changes nothing and says nothing, so reading all rows anew costs nobody a decision.
"""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, KeysView, Mapping, ValuesView
from typing import Any, Final, Generic, Protocol, TypeAlias, TypeVar, overload

from limen.clock import Instant
from limen.facts.nouns import Session

Subject: TypeAlias = tuple[str, str]
"""What a fact is about: ("person", id), ("device", id), ("session", id), ("place", address), ("company", "") or
("apps", ""). Workloads are people here, and programs' tokens are sessions."""
COMPANY: Final[Subject] = ("company", "")
APPS: Final[Subject] = ("apps", "")
EVERYBODY: Final = frozenset({COMPANY, APPS})
"""Subjects that everybody's facts depend on: the company's `not_before`, and a published revision."""

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
    """Sessions and tokens: by the hash of their secret, by what they depend on, and when each was used last.

    `latest` is what the fact store keeps of the last request with a secret. It is dropped with the secret. `seen_on`
    are the devices with whose certificate a sign-in came, or what depends on it; by the id of the sign-in.
    """

    __slots__ = ("by_hash", "hash_of", "last_used", "latest", "of", "seen_on", "used_from")

    def __init__(self) -> None:
        self.by_hash: dict[bytes, Session] = {}
        self.hash_of: dict[str, bytes] = {}
        self.latest: dict[bytes, Any] = {}
        self.of: dict[Subject, set[str]] = {}
        self.last_used: dict[str, Instant] = {}
        self.used_from: dict[str, str] = {}
        self.seen_on: dict[str, frozenset[str]] = {}

    def touched_by(self, subject: Subject) -> set[str]:
        """The ids of all that depends on `subject`: what was issued to it, and what depends on that in turn."""
        of = self.of
        named = of.get(subject, set())
        if subject[0] == "session":
            return {subject[1], *named}
        return named.union(*(of.get(("session", each), ()) for each in named))

    def take_up(self, token_hash: bytes, session: Session) -> None:
        self.by_hash[token_hash] = session
        self.hash_of[session.id] = token_hash
        for subject in self._depends_on(session):
            self.of.setdefault(subject, set()).add(session.id)

    def release(self, session: Session) -> None:
        token_hash = self.hash_of.pop(session.id, b"")
        self.latest.pop(token_hash, None)
        if token_hash in self.by_hash and self.by_hash[token_hash].id == session.id:
            del self.by_hash[token_hash]
        for subject in self._depends_on(session):
            ids = self.of[subject]
            ids.discard(session.id)
            if not ids:
                del self.of[subject]

    def see_on(self, root_id: str, device_id: str) -> None:
        """From now on this sign-in depends on that device as well."""
        self.seen_on[root_id] = self.seen_on.get(root_id, frozenset()) | {device_id}
        self.of.setdefault(("device", device_id), set()).add(root_id)

    def _depends_on(self, session: Session) -> set[Subject]:
        subjects: set[Subject] = {("person", session.person_id)}
        if session.parent:
            subjects.add(("session", session.parent))
        if session.device_id:
            subjects.add(("device", session.device_id))
        return subjects | {("device", device_id) for device_id in self.seen_on.get(session.id, ())}


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
            issued.release(before)
        self._rows[session.id] = session
        issued.take_up(token_hash, session)
        self._changed(("session", session.id))

    def drop(self, key: str) -> None:
        session = self._rows.get(key)
        if session is not None:
            self._issued.release(session)
            self._issued.last_used.pop(key, None)
            self._issued.used_from.pop(key, None)
            self._issued.seen_on.pop(key, None)
            super().drop(key)
