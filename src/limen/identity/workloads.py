"""Which workloads there are: added, renewed and revoked on the server, and known in memory to whoever they ask.

A token is 256 random bits behind a mark that secret scanners find. It is shown once, kept as a hash, good for a while,
and for some apps only. Looking one up compares hashes, so how long it takes tells nothing about any token.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from limen import credentials
from limen.clock import DAY, SECOND, Instant
from limen.credentials import Cause, Ending
from limen.errors import LimenError
from limen.identity.events import record
from limen.identity.model import Terms, Token, Workload, WorkloadToken
from limen.identity.names import email_to_look_up
from limen.identity.store import people, workloads
from limen.opaque import hash_of, new_id
from limen.printable import one_line
from limen.storage.change_feed import Feed
from limen.storage.database import Database, Snapshot, Transaction

MARK: Final = "limen_workload_"
MAX_DAYS: Final = 366
LONGEST_TERM: Final = 366 * DAY
"""How far ahead a workload's end may be: somebody has to say once a year that it is still needed."""
LONGEST_PURPOSE: Final = 200
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
        return workload if workload is not None and workload.active and not workload.is_over(now) else None

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
    database: Database,
    name: str,
    apps: Iterable[str],
    groups: Iterable[str],
    days: int,
    now: Instant,
    *,
    terms: Terms,
    by: str,
) -> Issued:
    """A new workload with its first token; one that was revoked comes back under its id. Raises LimenError."""
    terms = _fit(terms, now)
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
        workload = Workload(
            id=before.id if before else new_id("w"),
            name=name,
            groups=frozenset(groups),
            apps=allowed,
            active=True,
            owner=terms.owner,
            purpose=terms.purpose,
            expires_at=terms.expires_at,
        )
        if before is None:
            workloads.add(transaction.connection, workload, now)
        else:
            workloads.reopen(transaction.connection, workload)
        named = " ".join(sorted(allowed))
        until, owner = terms.expires_at, terms.owner
        _tell(transaction, "workload.added", workload, now, by, apps=named, owner=owner, expires_at=until)
        return _issue(transaction, workload, days, now, by)

    return database.write(work)


def describe(transaction: Transaction, name: str, terms: Terms, now: Instant, *, by: str) -> Workload:
    """Say who answers for it, what for and until when; one that was over counts again. Raises LimenError."""
    terms, workload = _fit(terms, now), active(transaction, name)
    workloads.set_terms(transaction.connection, workload.id, terms)
    _tell(transaction, "workload.described", workload, now, by, owner=terms.owner, expires_at=terms.expires_at)
    transaction.changed("workload", workload.id)
    return replace(workload, owner=terms.owner, purpose=terms.purpose, expires_at=terms.expires_at)


def end_of_day(day: str, zone: tzinfo) -> Instant:
    """When this day, as 2027-06-30, is over there. Raises LimenError for what is none."""
    try:
        parsed = date.fromisoformat(day) if len(day) == len("2027-06-30") else None
        over = datetime(parsed.year, parsed.month, parsed.day, tzinfo=zone) + timedelta(days=1) if parsed else None
    except (ValueError, OverflowError):
        over = None
    if over is None:
        raise LimenError("the end is not a valid date", "write it as 2027-06-30")
    return round(over.timestamp() * SECOND)


def last_day(expires_at: Instant, zone: tzinfo) -> str:
    """The last day on which it is good, as 2027-06-30; "" where no end is known."""
    return datetime.fromtimestamp((expires_at - 1) / SECOND, zone).date().isoformat() if expires_at else ""


def owner_of(snapshot: Snapshot, email: str) -> str:
    """The id of the active person with this address. Raises LimenError where nobody is."""
    found = people.by_email(snapshot.connection, email_to_look_up(email))
    if found is None or not found.active:
        raise LimenError("no active person has this address", "name who answers for it by their email address")
    return found.id


def _fit(terms: Terms, now: Instant) -> Terms:
    """As it may be kept. Raises LimenError."""
    purpose = one_line(terms.purpose, LONGEST_PURPOSE)
    if not terms.owner:
        raise LimenError("nobody answers for the workload", "name its owner by email address")
    if not purpose:
        raise LimenError(
            "the purpose is missing", f"say in one line of up to {LONGEST_PURPOSE} characters what it does"
        )
    if not now < terms.expires_at <= now + LONGEST_TERM:
        raise LimenError("a workload ends within a year from now", "choose an earlier end; it can be put off later")
    return replace(terms, purpose=purpose)


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
    return database.write(lambda transaction: _end(transaction, active(transaction, name), now, by))


def _end(transaction: Transaction, workload: Workload, now: Instant, by: str) -> Workload:
    ending = Ending(cause=Cause.DEACTIVATED, holder=workload.id, now=now, by=by, reason="workload-revoked")
    credentials.end(transaction, ending)
    workloads.shut(transaction.connection, workload.id)
    _tell(transaction, "workload.revoked", workload, now, by)
    transaction.changed("workload", workload.id)
    return workload


# What whoever answers for one does


def owned_by(snapshot: Snapshot, person_id: str) -> list[Workload]:
    """Those that somebody answers for, what ends first before the others."""
    known = [one for one in workloads.all_known(snapshot.connection) if one.active and one.owner == person_id]
    return sorted(known, key=lambda one: (one.expires_at, one.name))


def keep(transaction: Transaction, workload_id: str, until: Instant, now: Instant, *, by: str) -> Workload:
    """Its owner says that it is still needed. Raises LimenError where it is not theirs, or the end is none."""
    workload = _own(transaction, workload_id, by)
    terms = Terms(by, workload.purpose, until)
    return describe(transaction, workload.name, terms, now, by=by)


def give_up(transaction: Transaction, workload_id: str, now: Instant, *, by: str) -> Workload:
    """Its owner says that it is not needed any more: it is revoked. Raises LimenError where it is not theirs."""
    return _end(transaction, _own(transaction, workload_id, by), now, by)


def _own(snapshot: Snapshot, workload_id: str, owner: str) -> Workload:
    workload = workloads.by_id(snapshot.connection, workload_id)
    if workload is None or not workload.active or workload.owner != owner:
        raise LimenError("this is not a program that you answer for", "look at the list again")
    return workload


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
