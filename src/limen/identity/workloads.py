"""Which workloads there are: added, renewed and revoked on the server, and known in memory to whoever they ask.

A token is 256 random bits behind a mark that secret scanners find. It is shown once, kept as a hash, good for a while,
and for some apps only. Looking one up compares hashes, so how long it takes tells nothing about any token.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from limen import credentials
from limen.clock import DAY, Instant
from limen.credentials import Cause, Ending
from limen.errors import LimenError
from limen.identity.events import record
from limen.identity.model import Token, Workload, WorkloadToken
from limen.identity.store import workloads
from limen.opaque import hash_of, new_id
from limen.storage.change_feed import Feed
from limen.storage.database import Database, Snapshot, Transaction

MARK: Final = "limen_workload_"
MAX_DAYS: Final = 366
MAX_TOKENS: Final = 5
"""How many good tokens one workload may have: enough to change them without a gap."""
_MAX_TOKEN: Final = 100
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token; `secret` is all of it, to be shown once and nowhere else."""

    workload: Workload
    token: WorkloadToken
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Listed:
    """A workload and its tokens, for people to read."""

    workload: Workload
    tokens: tuple[WorkloadToken, ...]


class Workloads:
    """The workloads as they are now, in memory. Only the change feed writes to it."""

    def __init__(self) -> None:
        self._workloads: dict[str, Workload] = {}
        self._tokens: dict[bytes, WorkloadToken] = {}

    def holder(self, secret: str, now: Instant) -> Workload | None:
        """Whose token this is; None where it is nobody's, over, or its workload is not active."""
        token = self._tokens.get(hash_of(secret[: _MAX_TOKEN + 1]))
        workload = None if token is None or now >= token.expires_at else self._workloads.get(token.workload_id)
        return workload if workload is not None and workload.active else None

    def put(self, workload_id: str, known: _Row | None) -> None:
        self._tokens = {key: one for key, one in self._tokens.items() if one.workload_id != workload_id}
        self._workloads.pop(workload_id, None)
        if known is not None:
            self._workloads[workload_id] = known[0]
            self._tokens.update(known[1])

    def put_all(self, rows: Iterable[_Row]) -> None:
        self._workloads, self._tokens = {}, {}
        for workload, tokens in rows:
            self.put(workload.id, (workload, tokens))


_Row = tuple[Workload, dict[bytes, WorkloadToken]]


def follow(feed: Feed) -> Workloads:
    """Have the feed keep what is returned at what the database holds; before the feed starts."""
    workloads = Workloads()
    feed.at_start(_read_all, workloads.put_all)
    feed.on("workload", _read, workloads.put)
    return workloads


def _read_all(snapshot: Snapshot) -> list[_Row]:
    everyone = workloads.all_known(snapshot.connection)
    return [(one, dict(workloads.tokens_of(snapshot.connection, one.id))) for one in everyone]


def _read(snapshot: Snapshot, workload_id: str) -> _Row | None:
    workload = workloads.by_id(snapshot.connection, workload_id)
    if workload is None:
        return None
    return workload, dict(workloads.tokens_of(snapshot.connection, workload_id))


# What the administrator does on the server


def add(
    database: Database, name: str, apps: Iterable[str], groups: Iterable[str], days: int, now: Instant, *, by: str
) -> Issued:
    """A new workload with its first token; one that was revoked comes back under its id. Raises LimenError."""
    if not _NAME.fullmatch(name):
        raise LimenError(
            "a workload's name has up to 40 lowercase letters, digits and hyphens", "for instance `payroll-batch`"
        )
    allowed = frozenset(apps)
    if not allowed:
        raise LimenError("no app was named for the workload to ask about", "name the apps' IDs with --apps")

    def work(transaction: Transaction) -> Issued:
        before = workloads.by_name(transaction.connection, name)
        if before is not None and before.active:
            raise LimenError(f"the workload {name} already exists", f"`limen workload renew {name}` gives it a token")
        workload = Workload(before.id if before else new_id("w"), name, frozenset(groups), allowed, active=True)
        if before is None:
            workloads.add(transaction.connection, workload, now)
        else:
            workloads.reopen(transaction.connection, workload)
        _tell(transaction, "workload.added", workload, now, by, apps=" ".join(sorted(allowed)))
        return _issue(transaction, workload, days, now, by)

    return database.write(work)


def renew(database: Database, name: str, days: int, now: Instant, *, by: str) -> Issued:
    """Another token beside those that are still good, so that a service can change over. Raises LimenError."""

    def work(transaction: Transaction) -> Issued:
        workload = active(transaction, name)
        good = [one for _, one in workloads.tokens_of(transaction.connection, workload.id) if now < one.expires_at]
        if len(good) >= MAX_TOKENS:
            raise LimenError(
                f"{name} already has {MAX_TOKENS} valid tokens", f"`limen workload revoke {name}` ends them all"
            )
        return _issue(transaction, workload, days, now, by)

    return database.write(work)


def revoke(database: Database, name: str, now: Instant, *, by: str) -> Workload:
    """End a workload and all its tokens. Raises LimenError where there is none of that name."""

    def work(transaction: Transaction) -> Workload:
        workload = active(transaction, name)
        ending = Ending(cause=Cause.DEACTIVATED, holder=workload.id, now=now, by=by, reason="workload-revoked")
        credentials.end(transaction, ending)
        workloads.shut(transaction.connection, workload.id)
        _tell(transaction, "workload.revoked", workload, now, by)
        transaction.changed("workload", workload.id)
        return workload

    return database.write(work)


def listed(snapshot: Snapshot) -> list[Listed]:
    """All workloads, by name."""
    return [
        Listed(one, tuple(token for _, token in workloads.tokens_of(snapshot.connection, one.id)))
        for one in workloads.all_known(snapshot.connection)
    ]


def active(snapshot: Snapshot, name: str) -> Workload:
    """Raises LimenError where there is none of that name, or it was revoked."""
    workload = workloads.by_name(snapshot.connection, name)
    if workload is None or not workload.active:
        raise LimenError(f"there is no active workload {name[:40]!r}", "`limen workload list` lists them")
    return workload


def _issue(transaction: Transaction, workload: Workload, days: int, now: Instant, by: str) -> Issued:
    if not 1 <= days <= MAX_DAYS:
        raise LimenError(f"a token can be valid for 1 to {MAX_DAYS} days", "set --days")
    secret = MARK + Token.new().reveal()
    token = WorkloadToken(new_id("t"), workload.id, now, now + days * DAY)
    workloads.add_token(transaction.connection, token, hash_of(secret))
    _tell(transaction, "workload.token_issued", workload, now, by, token=token.id, expires_at=token.expires_at)
    transaction.changed("workload", workload.id)
    return Issued(workload, token, secret)


def _tell(transaction: Transaction, kind: str, workload: Workload, now: Instant, by: str, **details: str | int) -> None:
    record(transaction, now, kind, {"name": workload.name, **details}, by=by, subject=workload.id)
