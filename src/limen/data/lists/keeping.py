"""Lists are kept, changed and removed; each under a key of its own, which is sealed. The list itself is never kept."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias, TypeVar

import msgspec

from limen.clock import Instant
from limen.data.lists import store
from limen.data.lists.exact import ExactData, ExactMatcher, exact_of
from limen.data.lists.fingerprints import (
    MOST_DOCUMENTS,
    MOST_KEPT,
    Fingerprint,
    FingerprintMatcher,
    Fingerprints,
)
from limen.data.lists.store import KeptList
from limen.data.model import Finding
from limen.data.rules.stated import DataRules, ExactSet, FingerprintSet
from limen.errors import LimenError
from limen.events import Event
from limen.storage import Keyring, Snapshot, Transaction

CHANGE: Final = "data-list"
EXACT, FINGERPRINT = "exact", "fingerprint"
MOST_BYTES: Final = 32 << 20
"""Each process that looks into documents holds all lists."""
T = TypeVar("T")

_log = logging.getLogger("limen.data")


class ListError(LimenError):
    """A list can't be kept, or not be read."""


def keep_rows(
    transaction: Transaction, keyring: Keyring, stated: ExactSet, rows: Iterable[Sequence[str]], now: Instant, by: str
) -> tuple[int, int]:
    """Keep the digests of these rows in place of what was kept. Returns how many rows, and how many of them are never
    found. Raises ListError.
    """
    key = secrets.token_bytes(32)
    try:
        data = exact_of(stated.fields, rows, key)
    except ValueError as error:
        raise ListError(f"{stated.id} can't be kept: {error}", "keep fewer rows or fields") from None
    if not data.rows:
        raise ListError("there are no rows in it", "give a file with a row for each entry below one with their names")
    _put(transaction, keyring, stated.id, EXACT, data.rows, data, key, now, by)
    return data.rows, ExactMatcher(stated.id, data, key, stated.needs, stated.within).lost()


def key_for(snapshot: Snapshot, keyring: Keyring, name: str) -> bytes:
    """The key of a list that is kept, or a new one."""
    kept = store.get(snapshot.connection, name)
    return secrets.token_bytes(32) if kept is None else _key_of(keyring, kept)


def keep_documents(
    transaction: Transaction,
    keyring: Keyring,
    name: str,
    documents: Iterable[Fingerprint],
    key: bytes,
    now: Instant,
    by: str,
) -> int:
    """Keep these, made under `key`, beside those that are kept; one of the same name is replaced. Returns how many
    there are now. Raises ListError.
    """
    before = store.get(transaction.connection, name)
    if before is not None and _key_of(keyring, before) != key:
        raise ListError(f"somebody else added to {name} meanwhile", "call this again")
    every = {one.name: one for one in _read(before.body, Fingerprints).documents} if before else {}
    every |= {one.name: one for one in documents}
    if len(every) > MOST_DOCUMENTS or sum(len(one.runs) // 8 for one in every.values()) > MOST_KEPT:
        fix = "declare several sets below `fingerprints`, or keep fewer"
        raise ListError(f"{name} would hold more than {MOST_DOCUMENTS} documents or {MOST_KEPT} fingerprints", fix)
    if every:
        data = Fingerprints(tuple(every[called] for called in sorted(every)))
        _put(transaction, keyring, name, FINGERPRINT, len(every), data, key, now, by)
    return len(every)


def remove(transaction: Transaction, name: str, now: Instant, by: str) -> None:
    """Forget a list. Raises ListError where there is none."""
    if not store.remove(transaction.connection, name):
        raise ListError(f"nothing is kept of {name[:40]}", "`limen data lists` shows what is kept")
    transaction.changed(CHANGE, name)
    transaction.say(Event(at=now, kind="data.list_removed", actor=by, details={"list": name}))


class UnreadableList:
    """In place of a list that can't be read: whatever is looked into may hold what is on it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def begin(self) -> UnreadableList:
        return self

    def feed(self, piece: bytes) -> None:
        """Nothing is known of it."""

    def end(self) -> tuple[list[Finding], bool]:
        return [], True


ListMatcher: TypeAlias = "ExactMatcher | FingerprintMatcher | UnreadableList"


def matchers_of(
    kept: Iterable[KeptList], keyring: Keyring, rules: DataRules, *, in_doubt: bool = False
) -> list[ListMatcher]:
    """What finds what is on these lists, as far as the rules declare them. Raises SealBrokenError, ListError.

    `in_doubt`: raises nothing. A list that can't be read counts as found, so that rules which name it stop, and all
    others are judged by what is in a document.
    """
    stated = {one.id: one for one in rules.lists}
    found: list[ListMatcher] = []
    for one in kept:
        declared = stated.get(one.name)
        if declared is None:
            continue
        try:
            matcher = _matcher(one, keyring, declared)
        except LimenError as error:
            if not in_doubt:
                raise
            _log.error("the list %s can't be read, so rules that name it find it everywhere: %s", one.name, error)
            matcher = UnreadableList(one.name)
        if matcher is None:
            _log.warning("nothing that fits is kept of the list %s, so rules that name it find nothing", one.name)
            continue
        found.append(matcher)
    return found


def _matcher(kept: KeptList, keyring: Keyring, declared: ExactSet | FingerprintSet) -> ListMatcher | None:
    """None: it was kept with other fields, or is of another kind."""
    key = _key_of(keyring, kept)
    if isinstance(declared, ExactSet) and kept.kind == EXACT:
        data = _read(kept.body, ExactData)
        is_fit = data.fields == declared.fields
        return ExactMatcher(kept.name, data, key, declared.needs, declared.within) if is_fit else None
    if isinstance(declared, FingerprintSet) and kept.kind == FINGERPRINT:
        documents = _read(kept.body, Fingerprints)
        return FingerprintMatcher(kept.name, documents, key, declared.share, declared.passage)
    return None


def missing(kept: Iterable[KeptList], rules: DataRules) -> list[str]:
    """Declared lists of which nothing fit is kept: rules that name them find nothing."""
    there = {one.name: one for one in kept}
    wrong = []
    for declared in rules.lists:
        one, kind = there.get(declared.id), EXACT if isinstance(declared, ExactSet) else FINGERPRINT
        is_fit = one is not None and one.kind == kind
        if is_fit and one is not None and isinstance(declared, ExactSet):
            is_fit = _read(one.body, ExactData).fields == declared.fields
        wrong += [] if is_fit else [declared.id]
    return wrong


def _put(
    transaction: Transaction,
    keyring: Keyring,
    name: str,
    kind: str,
    entries: int,
    data: ExactData | Fingerprints,
    key: bytes,
    now: Instant,
    by: str,
) -> None:
    sealed = keyring.seal("data_lists", name, "sealed_key", key)
    kept = KeptList(name, kind, entries, msgspec.msgpack.encode(data), sealed, now)
    others = sum(len(one.body) for one in store.every(transaction.connection) if one.name != name)
    if others + len(kept.body) > MOST_BYTES:
        raise ListError(f"all lists together would take more than {MOST_BYTES} bytes", "keep fewer rows or documents")
    store.put(transaction.connection, kept)
    transaction.changed(CHANGE, name)
    details: dict[str, str | int | bool] = {"list": name, "entries": entries}
    transaction.say(Event(at=now, kind="data.list_kept", actor=by, details=details))


def _key_of(keyring: Keyring, kept: KeptList) -> bytes:
    return keyring.open_sealed("data_lists", kept.name, "sealed_key", kept.sealed_key)


def _read(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.msgpack.decode(body, type=kind)
    except msgspec.DecodeError:
        raise ListError("what is kept of a list can't be read", "add the list again") from None
