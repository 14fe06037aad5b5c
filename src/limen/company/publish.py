"""Putting a company in force: through the gate first, then one transaction that every worker follows.

Whoever changes a part of what is in force works with three functions: `limen.company.candidate.candidate` reads changed
texts, `limen.company.plan.plan` tells what they would do, and `publish` puts them in force.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from limen.clock import Instant
from limen.company import projection, store
from limen.company.authors import CONSOLE, SERVER
from limen.company.changes import changes
from limen.company.company import Company
from limen.company.concurrent_changes import published_since
from limen.company.gate import pass_gate, people_of, refuse_lockout
from limen.company.revision import as_published
from limen.company.store import Revision
from limen.errors import LimenError
from limen.events import Event
from limen.printable import one_line
from limen.storage import Database, Snapshot, Transaction

__all__ = ["CONSOLE", "SERVER", "OvertakenError", "publish"]

MAX_REASON: Final = 500
_MOST_TOLD: Final = 5
_GAINS: Final = "gains"
"""Of the turns that a plan counts (`rehearsal.Turn`), that of requests which are let in from now on."""


class OvertakenError(LimenError):
    """Somebody else published since the candidate was begun."""


def publish(
    database: Database,
    company: Company,
    author: str,
    reason: str,
    now: Instant,
    *,
    expected: str | None = None,
    via: str = SERVER,
    session: str = "",
    effect: Mapping[str, Any] | None = None,
    ahead: Callable[[float], object] | None = None,
) -> Revision:
    """Publish `company` and return its revision; where the same content is in force already, that one.

    `expected` is the id of the revision that the candidate was made from ("": there was none); None skips this
    check. `via` says where it was published from, `session` in which session; `effect` is the predicted effect
    (`Plan.effect`), kept beside the revision. `ahead` hears how far the proof looked at the week ahead.

    Raises `FolderError` while a policy test fails, `LockedOutError` where every administrator would be locked out,
    `OvertakenError` where a revision other than `expected` is in force by now, and `LimenError` without a reason. The
    revision, the change that workers follow and the event are written in one transaction.
    """
    why = one_line(reason, MAX_REASON)
    if not why:
        fix = f"give a reason that is still clear in a year, in at most {MAX_REASON} visible characters"
        raise LimenError("a revision needs a reason of one line", fix)
    company = as_published(company)
    people = database.read(people_of)
    beside = msgspec.structs.replace(pass_gate(company, people, now, ahead), effect=dict(effect or {}))

    projection.expect(company)

    def work(transaction: Transaction) -> Revision:
        before = store.newest(transaction)
        if expected is not None and expected != (before.id if before else ""):
            raise overtaken(transaction, expected, via)
        is_same = before is not None and before.id == company.revision
        if before is not None and is_same and store.has_texts(transaction, before, company.files):
            return before
        if (now_there := people_of(transaction)) != people:  # somebody let go meanwhile may be the last who gets in
            refuse_lockout(company, now_there, now)
        revision = store.add(transaction, company, author, why, now, via=via, beside=beside)
        transaction.changed("revision", revision.id)
        transaction.say(
            Event(
                id="",
                at=now,
                kind="revision.published",
                actor=author,
                subject=revision.id,
                session=session,
                details={"previous": before.id if before else "", "why": why, "via": via, **_gains(effect)},
            )
        )
        return revision

    return database.write(work)


def _gains(effect: Mapping[str, Any] | None) -> dict[str, int]:
    """How many of the requests that were refused lately would be let in; {} where nothing was replayed."""
    turns = (effect or {}).get("turns")
    return {"gains": int(turns.get(_GAINS, 0))} if isinstance(turns, Mapping) else {}


def earlier(database: Database, revision_id: str) -> Company:
    """The company as a revision has it. Raises `LimenError` where there is none or this Limen can't read it."""
    try:
        company = database.read(lambda snapshot: store.company_of(snapshot, revision_id))
    except ValueError as error:
        raise LimenError(f"revision {revision_id[:12]} can't be read: {error}", "revert to another one") from None
    if company is None:
        raise LimenError(f"there is no revision {revision_id[:12]}", "`limen log` lists them")
    return company


def overtaken(snapshot: Snapshot, expected: str, via: str) -> OvertakenError:
    """Who published what since the revision `expected`, and why: the error to raise."""
    since = published_since(snapshot, expected)
    if not since:
        return OvertakenError("no such revision is in force", "check `limen log`, and start again")
    told = "; ".join(f"{one.revision[:12]} by {one.author}, because “{one.reason}”" for one in since[:_MOST_TOLD])
    what = f"another revision was published in the meantime: {told}" + _what_changed(
        snapshot, expected, since[0].revision
    )
    fix = (
        "review it, and make your change again"
        if via == CONSOLE
        else "run `limen pull`, then `limen plan`, then try again"
    )
    return OvertakenError(what, fix)


def _what_changed(snapshot: Snapshot, old: str, new: str) -> str:
    try:
        before = store.company_of(snapshot, old) if old else None
        after = store.company_of(snapshot, new)
    except ValueError:
        return ""
    if after is None:
        return ""
    different = changes(before, after)
    rest = f" and {len(different) - _MOST_TOLD} more" if len(different) > _MOST_TOLD else ""
    return f". It changed: {', '.join(str(one) for one in different[:_MOST_TOLD])}{rest}" if different else ""
