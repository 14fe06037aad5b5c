"""Requests for access, their approvals, and grants. All SQL of access stands here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from limen.access.model import AccessRequest, Approval, EndedBy, HeldGrant, RequestState
from limen.clock import Instant
from limen.facts.requested_flow import RequestedFlow
from limen.storage.tables import metadata, rows_called

MOST_LISTED: Final = 500


def _text(name: str, length: int, **more: Any) -> Column[Any]:
    return Column(name, String(length), nullable=False, **more)


def _instant(name: str) -> Column[Any]:
    return Column(name, BigInteger, nullable=False)


access_requests = Table(
    "access_requests",
    metadata,
    _text("id", 40, primary_key=True),
    _text("person_id", 40, index=True),
    _text("app", 80),
    _text("actions", 120),
    _instant("length_ms"),
    _text("reason", 500),
    _text("ticket", 60),
    _text("rule", 60),
    _instant("asked_at"),
    _instant("expires_at"),
    Column("steps", Text, nullable=False),
    Column("asked_as", Text, nullable=False),
    _text("device_id", 40),
    _text("extends", 40),
    _instant("escalates_at"),
    Column("escalates_to", Text, nullable=False),
    _instant("escalated_at"),
    _text("state", 10),
    _instant("decided_at"),
    _text("decided_by", 40),
    _text("why", 500),
    Column("flow", Text, nullable=False, server_default=""),
    info=rows_called("request for access", "requests for access"),
)
"""`steps`, `asked_as` and `escalates_to` are JSON. `escalated_at`: when those were told (0: not yet). `flow`: the flow
of the network that is asked for, as JSON; "" where it is access to an app."""
Index("ix_access_requests_state", access_requests.c.state, access_requests.c.expires_at)
access_approvals = Table(
    "access_approvals",
    metadata,
    _text("request_id", 40, primary_key=True),
    _text("approver_id", 40, primary_key=True),
    Column("step", Integer, nullable=False),
    _instant("at"),
)
"""Nobody approves a request twice: the key sees to that."""
Index("ix_access_approvals_step", access_approvals.c.request_id, access_approvals.c.step, unique=True)
access_grants = Table(
    "access_grants",
    metadata,
    _text("id", 40, primary_key=True),
    _text("request_id", 40, index=True),
    _text("person_id", 40, index=True),
    _text("app", 80),
    _text("actions", 120),
    _instant("since"),
    _instant("until"),
    _text("rule", 60),
    Column("approvers", Text, nullable=False),
    Column("asked_as", Text, nullable=False),
    _text("device_id", 40),
    _instant("ended_at"),
    _text("ended_by", 40),
    _text("why_ended", 500),
    info=rows_called("grant of access", "grants of access"),
)
"""`ended_at` is 0 until it is over and that is journaled; that it is over, `until` says."""
Index("ix_access_grants_ended_at", access_grants.c.ended_at, access_grants.c.until)

TABLES: Final = (access_requests, access_approvals, access_grants)


# Requests


def add_request(connection: Connection, request: AccessRequest) -> None:
    values = {column.name: getattr(request, column.name) for column in _PLAIN_OF_REQUESTS}
    lists = {name: _json(getattr(request, name)) for name in ("steps", "asked_as", "escalates_to")}
    lists["flow"] = _json(request.flow) if request.flow is not None else ""
    actions = " ".join(request.actions)
    connection.execute(insert(access_requests).values(**values, **lists, actions=actions, escalated_at=0))


def request(connection: Connection, request_id: str) -> AccessRequest | None:
    found = _requests(connection, access_requests.c.id == request_id)
    return found[0] if found else None


def requests_of(connection: Connection, person_id: str) -> list[AccessRequest]:
    """What somebody asked for, the newest first."""
    return _requests(connection, access_requests.c.person_id == person_id)


def open_requests(connection: Connection, approver_id: str = "") -> list[AccessRequest]:
    """Those that were not decided, the oldest first; some may be over by their time. All of them, or those that name
    this person as one who may approve them at one step or another. Nobody asks where `MOST_OF_ALL` are open.
    """
    columns = (access_requests.c.steps, access_requests.c.escalates_to)
    named = [or_(*(one.contains(_json(approver_id), autoescape=True) for one in columns))] if approver_id else []
    return list(reversed(_requests(connection, access_requests.c.state == RequestState.OPEN, *named, most=0)))


def every_request(connection: Connection, since: Instant) -> list[AccessRequest]:
    """Those made from then on, the newest first."""
    return _requests(connection, access_requests.c.asked_at >= since)


def approved_flows(connection: Connection, since: Instant) -> list[AccessRequest]:
    """Requests for flows of the network that were approved from then on, the newest first."""
    where = (access_requests.c.state == RequestState.GRANTED, access_requests.c.flow != "")
    return _requests(connection, *where, access_requests.c.decided_at >= since)


def count_asked(connection: Connection, person_id: str, since: Instant) -> int:
    """How often somebody asked from then on."""
    where = (access_requests.c.person_id == person_id, access_requests.c.asked_at >= since)
    return connection.scalar(select(func.count()).select_from(access_requests).where(*where)) or 0


def count_open(connection: Connection) -> int:
    where = access_requests.c.state == RequestState.OPEN
    return connection.scalar(select(func.count()).select_from(access_requests).where(where)) or 0


def keep_decision(connection: Connection, request: AccessRequest) -> bool:
    """Keep how far a request that is open has come; False where it is not open any more."""
    where = (access_requests.c.id == request.id, access_requests.c.state == RequestState.OPEN)
    values = {name: getattr(request, name) for name in ("state", "decided_at", "decided_by", "why", "length_ms")}
    return bool(connection.execute(update(access_requests).where(*where).values(values)).rowcount)


def withdraw(connection: Connection, request_id: str, at: Instant, by: str) -> None:
    """An open request is over, whoever made it."""
    where = (access_requests.c.id == request_id, access_requests.c.state == RequestState.OPEN)
    values = {"state": RequestState.WITHDRAWN.value, "decided_at": at, "decided_by": by}
    connection.execute(update(access_requests).where(*where).values(values))


def add_approval(connection: Connection, request_id: str, approval: Approval) -> None:
    values = {"step": approval.step, "approver_id": approval.approver_id, "at": approval.at}
    connection.execute(insert(access_approvals).values(request_id=request_id, **values))


def drop_open_approvals_by(connection: Connection, approver_id: str) -> list[str]:
    """What somebody approved of requests that are still open counts no more; the ids of these requests.

    A step that follows on one of theirs is to be approved again as well, or steps would be left out.
    """
    open_ids = select(access_requests.c.id).where(access_requests.c.state == RequestState.OPEN)
    mine = select(access_approvals.c.request_id).where(
        access_approvals.c.approver_id == approver_id, access_approvals.c.request_id.in_(open_ids)
    )
    ids = list(connection.scalars(mine))
    connection.execute(delete(access_approvals).where(access_approvals.c.request_id.in_(ids)))
    return ids


def keep_escalated(connection: Connection, request_id: str, at: Instant) -> None:
    connection.execute(update(access_requests).where(access_requests.c.id == request_id).values(escalated_at=at))


def escalated(connection: Connection) -> set[str]:
    """The ids of the open requests of which the others were told."""
    where = (access_requests.c.state == RequestState.OPEN, access_requests.c.escalated_at > 0)
    return set(connection.scalars(select(access_requests.c.id).where(*where)))


def forget_requests(connection: Connection, before: Instant) -> int:
    """Drop what was decided, or over, before then, with its approvals. Grants stay."""
    over = select(access_requests.c.id).where(access_requests.c.expires_at < before)
    connection.execute(delete(access_approvals).where(access_approvals.c.request_id.in_(over)))
    return int(connection.execute(delete(access_requests).where(access_requests.c.expires_at < before)).rowcount)


# Grants


def add_grant(connection: Connection, grant: HeldGrant) -> None:
    values = {column.name: getattr(grant, column.name) for column in _PLAIN_OF_GRANTS}
    lists = {name: _json(getattr(grant, name)) for name in ("approvers", "asked_as")}
    connection.execute(insert(access_grants).values(**values, **lists, actions=" ".join(grant.actions)))


def grant(connection: Connection, grant_id: str) -> HeldGrant | None:
    found = _grants(connection, access_grants.c.id == grant_id)
    return found[0] if found else None


def grants_of(connection: Connection, person_id: str, since: Instant = 0) -> list[HeldGrant]:
    """What somebody was granted that was not over by then, the newest first."""
    return _grants(connection, access_grants.c.person_id == person_id, access_grants.c.until >= since)


def grants_on(connection: Connection, person_id: str, app: str) -> list[HeldGrant]:
    """All that somebody was ever granted on an app."""
    return _grants(connection, access_grants.c.person_id == person_id, access_grants.c.app == app, most=0)


def live_grants(connection: Connection, now: Instant, person_id: str = "") -> list[HeldGrant]:
    """Those that were not ended and whose time is not over; of somebody, or ("") of everybody."""
    whose = [access_grants.c.person_id == person_id] if person_id else []
    return _grants(connection, access_grants.c.ended_at == 0, access_grants.c.until > now, *whose, most=0)


def run_out(connection: Connection, now: Instant) -> list[HeldGrant]:
    """Those whose time is over, and nobody has said so yet."""
    return _grants(connection, access_grants.c.ended_at == 0, access_grants.c.until <= now)


def every_grant(connection: Connection, since: Instant, most: int = MOST_LISTED) -> list[HeldGrant]:
    """Those that were not over by then, the newest first; `most` 0 is all of them."""
    return _grants(connection, access_grants.c.until >= since, most=most)


def reasons_of(connection: Connection, since: Instant) -> dict[str, str]:
    """Why each request was made that was decided from then on, by its id."""
    where = access_requests.c.decided_at >= since
    rows = connection.execute(select(access_requests.c.id, access_requests.c.reason).where(where))
    return {row.id: row.reason for row in rows}


def end_grant(connection: Connection, grant_id: str, at: Instant, by: str, why: str) -> bool:
    """False where it was ended already."""
    where = (access_grants.c.id == grant_id, access_grants.c.ended_at == 0)
    values = {"ended_at": at, "ended_by": by, "why_ended": why}
    return bool(connection.execute(update(access_grants).where(*where).values(values)).rowcount)


def reviewed_grants(connection: Connection, now: Instant, person_id: str = "") -> list[HeldGrant]:
    """Those that a review has ended before their time, and could give back; of somebody, or ("") of everybody."""
    is_reviewed = access_grants.c.why_ended == EndedBy.REVIEWED.value
    whose = [access_grants.c.person_id == person_id] if person_id else []
    return _grants(connection, is_reviewed, access_grants.c.until > now, *whose, most=0)


def cut(connection: Connection, grant_id: str, at: Instant) -> None:
    """Have a grant's time be over, so that nothing can give back what is left of it."""
    connection.execute(update(access_grants).where(access_grants.c.id == grant_id).values(until=at))


def prolong(connection: Connection, grant: HeldGrant) -> bool:
    """Keep a later end, and who approved it; False where it was ended meanwhile."""
    where = (access_grants.c.id == grant.id, access_grants.c.ended_at == 0)
    values = {"until": grant.until, "approvers": _json(grant.approvers)}
    return bool(connection.execute(update(access_grants).where(*where).values(values)).rowcount)


def narrow(connection: Connection, grant_id: str, actions: Iterable[str]) -> bool:
    """Keep other actions of a grant that is not ended; False where it is."""
    where = (access_grants.c.id == grant_id, access_grants.c.ended_at == 0)
    return bool(connection.execute(update(access_grants).where(*where).values(actions=" ".join(actions))).rowcount)


def forget_grants(connection: Connection, before: Instant) -> int:
    """Drop those that were over before then."""
    where = (access_grants.c.ended_at > 0, access_grants.c.until < before)
    return int(connection.execute(delete(access_grants).where(*where)).rowcount)


# Rows to values

_LISTS: Final = frozenset({"steps", "asked_as", "escalates_to", "actions", "approvers", "escalated_at", "flow"})
_PLAIN_OF_REQUESTS: Final = tuple(column for column in access_requests.c if column.name not in _LISTS)
_PLAIN_OF_GRANTS: Final = tuple(column for column in access_grants.c if column.name not in _LISTS)


def _requests(connection: Connection, *where: Any, most: int = MOST_LISTED) -> list[AccessRequest]:
    query = select(access_requests).where(*where).order_by(access_requests.c.asked_at.desc(), access_requests.c.id)
    rows = connection.execute(query.limit(most) if most else query).all()
    approvals: dict[str, list[Approval]] = {}
    mine = select(access_approvals).where(access_approvals.c.request_id.in_([row.id for row in rows]))
    for one in connection.execute(mine.order_by(access_approvals.c.step)):
        approvals.setdefault(one.request_id, []).append(Approval(one.step, one.approver_id, one.at))
    return [_request(row, tuple(approvals.get(row.id, ()))) for row in rows]


def _request(row: Row[Any], approvals: tuple[Approval, ...]) -> AccessRequest:
    values = {column.name: getattr(row, column.name) for column in _PLAIN_OF_REQUESTS}
    return AccessRequest(
        **{**values, "state": RequestState(row.state)},
        actions=tuple(row.actions.split()),
        steps=_decode(row.steps, tuple[tuple[str, ...], ...]),
        asked_as=_decode(row.asked_as, tuple[str, ...]),
        flow=_decode(row.flow, RequestedFlow) if row.flow else None,
        escalates_to=_decode(row.escalates_to, tuple[str, ...]),
        approvals=approvals,
    )


def _grants(connection: Connection, *where: Any, most: int = MOST_LISTED) -> list[HeldGrant]:
    query = select(access_grants).where(*where).order_by(access_grants.c.since.desc(), access_grants.c.id)
    rows = connection.execute(query.limit(most) if most else query).all()
    return [
        HeldGrant(
            **{column.name: getattr(row, column.name) for column in _PLAIN_OF_GRANTS},
            actions=tuple(row.actions.split()),
            approvers=_decode(row.approvers, tuple[str, ...]),
            asked_as=_decode(row.asked_as, tuple[str, ...]),
        )
        for row in rows
    ]


def _json(value: Iterable[Any] | RequestedFlow | str) -> str:
    return msgspec.json.encode(value).decode()


def _decode(text: str, kind: Any) -> Any:
    return msgspec.json.decode(text, type=kind)
