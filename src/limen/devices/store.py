"""Devices, what they reported last, their enrolments and one-time tokens. All SQL of devices stands here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from limen.clock import Instant
from limen.devices.hardware import keys_of
from limen.devices.model import (
    EnrolledDevice,
    Held,
    KeyStorage,
    Platform,
    Posture,
    Report,
    Said,
    State,
    checks_to_json,
)
from limen.devices.reading import checks_of
from limen.devices.sources.matching import Claimant
from limen.devices.sources.store import forget_matches, said_of, said_of_all, said_of_each
from limen.storage.rows import row_of, value_of
from limen.storage.tables import metadata, rows_called
from limen.synthetic import MARK

devices = Table(
    "devices",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("owner_id", String(40), nullable=False, index=True),
    Column("name", String(80), nullable=False),
    Column("platform", String(20), nullable=False),
    Column("key_storage", String(10), nullable=False),
    Column("is_managed", Boolean, nullable=False),
    Column("enrolled_at", BigInteger, nullable=False),
    Column("state", String(20), nullable=False),
    Column("state_at", BigInteger, nullable=False),
    Column("state_why", String(300), nullable=False),
    Column("hardware", Text, nullable=False),
    Column("agent", String(40), nullable=False),
    Column("thumbprint", String(64), nullable=False, unique=True),
    Column("public_key", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("boot", String(64), nullable=False),
    Column("reported_at", BigInteger, nullable=False),
    Column("checks", Text, nullable=False),
    Column("failing_since", Text, nullable=False),
    Column("address", String(45), nullable=False),
    Column("sensors", Text, nullable=False),
    Column("risk", Integer, nullable=False),
    Column("serial", String(64), nullable=False, index=True, server_default=""),
    Column("hardware_id", String(64), nullable=False, index=True, server_default=""),
    info=rows_called("device", "devices"),
)
"""`hardware` is JSON, as the agent told it; `public_key` a JWK. From `seq` on it is the last report; its checks, and
since when which of them has not been good, are JSON; `address` is where it came from. `sensors` and `risk` are what
others say of the device (see `signals`). `serial` and `hardware_id` are by what other sources know it, as its agent
claims.
"""

device_tokens = Table(
    "device_tokens",
    metadata,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("owner_id", String(40), nullable=False, index=True),
    Column("made_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    info=rows_called("token to enrol a device", "tokens to enrol a device"),
)
"""One-time tokens by which a company's own devices are enrolled. A used one is gone."""

TABLES: Final = (devices, device_tokens)
_REAL: Final = ~devices.c.id.startswith(f"{MARK}_", autoescape=True)
"""What no probe made."""
_KEEP: Final = (
    update(devices)
    .where(devices.c.id == bindparam("device"))
    .values(
        {
            name: bindparam(name)
            for name in ("name", "agent", "seq", "digest", "boot", "reported_at", "checks", "failing_since", "address")
        }
    )
)


# Devices


def add(
    connection: Connection,
    device: EnrolledDevice,
    thumbprint: str,
    jwk: dict[str, str],
    failing_since: Mapping[str, Instant] | None = None,
) -> None:
    words = row_of(device) | {
        "platform": device.platform.value,
        "key_storage": device.key_storage.value,
        "state": device.state.value,
    }
    words |= dict(zip(("serial", "hardware_id"), keys_of(device.hardware), strict=True))
    words |= {"thumbprint": thumbprint, "public_key": msgspec.json.encode(jwk).decode()}
    reported = _reported(Posture(failing_since=failing_since or {}))
    connection.execute(insert(devices).values({**words, **reported, "sensors": "{}", "risk": 0}))


def by_id(connection: Connection, device_id: str) -> EnrolledDevice | None:
    row = connection.execute(select(devices).where(devices.c.id == device_id)).first()
    return _device(row) if row else None


def last_of(
    connection: Connection, ids: Collection[str], *, is_told_of: bool = True
) -> dict[str, tuple[EnrolledDevice, Posture]]:
    """Devices, each with its last report without what it said: enough to tell whether a new one follows it.

    `is_told_of`: with what other sources say, where there are any.
    """
    said = said_of_each(connection, ids) if is_told_of else {}
    rows = connection.execute(select(devices).where(devices.c.id.in_(ids)))
    return {row.id: (_device(row), _posture(row, said.get(row.id, ()))) for row in rows}


def held(connection: Connection, device_id: str) -> Held | None:
    """A device with everything that is kept of it."""
    row = connection.execute(select(devices).where(devices.c.id == device_id)).first()
    return _held(row, said_of(connection, device_id)) if row else None


def held_of(connection: Connection, known: Mapping[str, Posture]) -> list[tuple[Held, bool]]:
    """These devices, each with whether its last report is the known one, which is not read again then."""

    def is_known(row: Row[Any]) -> bool:
        return (known[row.id].digest, known[row.id].at, known[row.id].risk) == (row.digest, row.reported_at, row.risk)

    rows = connection.execute(select(devices).where(devices.c.id.in_(known))).all()
    others = [row.id for row in rows if not is_known(row)]
    said = said_of_each(connection, others) if others else {}
    return [
        (Held(_device(row), known[row.id], msgspec.json.decode(row.public_key)), True)
        if is_known(row)
        else (_held(row, said.get(row.id, ())), False)
        for row in rows
    ]


def reported_at(connection: Connection, at: Instant) -> list[Held]:
    """The devices whose last report was kept then."""
    rows = connection.execute(select(devices).where(devices.c.reported_at == at)).all()
    said = said_of_each(connection, [row.id for row in rows])
    return [_held(row, said.get(row.id, ())) for row in rows]


def every(connection: Connection) -> list[Held]:
    """All devices, by name."""
    said = said_of_all(connection)
    query = select(devices).where(_REAL).order_by(devices.c.name, devices.c.id)
    return [_held(row, said.get(row.id, ())) for row in connection.execute(query)]


def synthetic(connection: Connection) -> list[Held]:
    """Those of probes; they are there for seconds."""
    return [_held(row, ()) for row in connection.execute(select(devices).where(~_REAL))]


def names(connection: Connection) -> dict[str, str]:
    """What each device is called, by its id."""
    return {row.id: row.name for row in connection.execute(select(devices.c.id, devices.c.name).where(_REAL))}


def ids_of(connection: Connection, owner_id: str, *states: State) -> list[str]:
    """The ids of somebody's devices, of those in these states where any are named."""
    query = select(devices.c.id).where(devices.c.owner_id == owner_id).order_by(devices.c.id)
    if states:
        query = query.where(devices.c.state.in_([state.value for state in states]))
    return list(connection.scalars(query))


def number_of(connection: Connection, owner_id: str) -> int:
    """How many devices somebody has that are neither retired nor lost."""
    live = (State.ACTIVE.value, State.QUARANTINED.value)
    query = select(func.count()).where(devices.c.owner_id == owner_id, devices.c.state.in_(live))
    return connection.scalar(query) or 0


def has_key(connection: Connection, thumbprint: str) -> bool:
    """Whether a device has this key, in whatever state it is."""
    return connection.scalar(select(devices.c.id).where(devices.c.thumbprint == thumbprint)) is not None


def set_state(connection: Connection, device_id: str, state: State, now: Instant, why: str) -> None:
    values = {"state": state.value, "state_at": now, "state_why": why[:300]}
    connection.execute(update(devices).where(devices.c.id == device_id).values(values))


def count_because_of(connection: Connection, why: str, since: Instant) -> int:
    """How many devices are in the state they are in for this reason, and came into it since then."""
    where = (_REAL, devices.c.state != State.ACTIVE.value, devices.c.state_why == why, devices.c.state_at >= since)
    return connection.scalar(select(func.count()).where(*where)) or 0


def set_managed(connection: Connection, device_id: str, *, is_managed: bool) -> None:
    connection.execute(update(devices).where(devices.c.id == device_id).values(is_managed=is_managed))


def claimants(connection: Connection, serial: str, hardware_id: str) -> list[Claimant]:
    """The devices in use that say of themselves that they are this machine."""
    same = _is_same(serial, hardware_id)
    if not same:
        return []
    live = devices.c.state.in_((State.ACTIVE.value, State.QUARANTINED.value))
    query = select(devices).where(or_(*same), live).order_by(devices.c.id)
    return [Claimant(row.id, row.owner_id, row.serial, row.hardware_id) for row in connection.execute(query)]


def failing_since_of(connection: Connection, owner_id: str, hardware: str) -> dict[str, Instant]:
    """Since when which check has not been good on this machine, by all devices of its owner that say they are it, also
    those that are lost or retired. `hardware` is JSON, as its agent tells it.
    """
    same = _is_same(*keys_of(hardware))
    found: dict[str, Instant] = {}
    if same:
        query = select(devices.c.failing_since).where(or_(*same), devices.c.owner_id == owner_id)
        for written in connection.scalars(query):
            for check, since in msgspec.json.decode(written, type=dict[str, int]).items():
                found[check] = min(since, found.get(check, since))
    return found


def keys_of_device(connection: Connection, device_id: str) -> tuple[str, str]:
    """By which serial number and hardware id other sources know a device, as its agent claims."""
    row = connection.execute(select(devices.c.serial, devices.c.hardware_id).where(devices.c.id == device_id)).first()
    return (row.serial, row.hardware_id) if row else ("", "")


def remove(connection: Connection, device_id: str) -> None:
    connection.execute(delete(devices).where(devices.c.id == device_id))
    forget_matches(connection, device_id)


# Reports


def keep_reports(connection: Connection, reports: Iterable[tuple[str, Report, Posture]]) -> None:
    """Take each device's report in the place of the one before."""
    rows = [
        {"device": device_id, "name": report.name, "agent": report.agent, **_reported(posture)}
        for device_id, report, posture in reports
    ]
    connection.execute(_KEEP, rows)


def keep_sensors(connection: Connection, device_id: str, sensors: Mapping[str, Instant]) -> None:
    """When each source last heard of a device, negative where its sensor has stopped."""
    written = msgspec.json.encode(sensors, order="sorted").decode()
    connection.execute(update(devices).where(devices.c.id == device_id).values(sensors=written))


def keep_risk(connection: Connection, device_id: str, risk: int) -> None:
    """The worst that a source says of a device now."""
    connection.execute(update(devices).where(devices.c.id == device_id).values(risk=risk))


def keep_failing(connection: Connection, device_id: str, failing_since: Mapping[str, Instant]) -> None:
    """Since when which check has not been good, where another than the agent has said so."""
    values = {"failing_since": msgspec.json.encode(failing_since, order="sorted").decode()}
    connection.execute(update(devices).where(devices.c.id == device_id).values(values))


def believe_no_report(connection: Connection) -> int:
    """What was reported counts for nothing until the next report; of how many devices."""
    return int(connection.execute(update(devices).values(reported_at=0, failing_since="{}")).rowcount)


# One-time tokens


def add_token(connection: Connection, token_hash: bytes, owner_id: str, now: Instant, until: Instant) -> None:
    connection.execute(insert(device_tokens).values(token_hash=token_hash, owner_id=owner_id, made_at=now, until=until))


def take_token(connection: Connection, token_hash: bytes, now: Instant) -> str | None:
    """Whose device this good token enrols. It is gone then, however many ask for it at once."""
    where = (device_tokens.c.token_hash == token_hash, device_tokens.c.until > now)
    owner_id = connection.scalar(select(device_tokens.c.owner_id).where(*where))
    taken = connection.execute(delete(device_tokens).where(*where)).rowcount
    return owner_id if owner_id is not None and taken == 1 else None


def forget_tokens(connection: Connection, now: Instant) -> int:
    """Drop those whose time is over; how many."""
    return int(connection.execute(delete(device_tokens).where(device_tokens.c.until <= now)).rowcount)


def forget_all_tokens(connection: Connection) -> int:
    return int(connection.execute(delete(device_tokens)).rowcount)


def _is_same(serial: str, hardware_id: str) -> list[ColumnElement[bool]]:
    """By any of these a device says that it is this machine; none where neither number names one."""
    columns = ((devices.c.serial, serial), (devices.c.hardware_id, hardware_id))
    return [column == key for column, key in columns if key]


def _device(row: Row[Any]) -> EnrolledDevice:
    words = {"platform": Platform(row.platform), "key_storage": KeyStorage(row.key_storage), "state": State(row.state)}
    return value_of(EnrolledDevice, row, **words)


def _reported(posture: Posture) -> dict[str, Any]:
    """The columns of the last report."""
    return {
        "seq": posture.seq,
        "digest": posture.digest,
        "boot": posture.boot,
        "reported_at": posture.at,
        "checks": checks_to_json(posture.checks),
        "failing_since": msgspec.json.encode(posture.failing_since, order="sorted").decode(),
        "address": posture.address,
    }


def _posture(row: Row[Any], said: tuple[Said, ...]) -> Posture:
    """Without the checks: reading them takes longest."""
    return Posture(
        seq=row.seq,
        digest=row.digest,
        boot=row.boot,
        at=row.reported_at,
        failing_since=msgspec.json.decode(row.failing_since),
        address=row.address,
        sensors=msgspec.json.decode(row.sensors),
        risk=row.risk,
        said=said,
        enrolled_at=row.enrolled_at,
    )


def _held(row: Row[Any], said: tuple[Said, ...]) -> Held:
    posture = replace(_posture(row, said), checks=checks_of(row.checks))
    return Held(_device(row), posture, msgspec.json.decode(row.public_key))
