"""osquery's TLS API (docs of osquery, *Remote server API*): a machine enrols, fetches its queries and sends what came.

Whoever has the secret to enrol may speak for any machine: all laptops share it. So what comes this way can make a
device worse and none better (see `section.VOUCHING`), and that a machine enrolled again is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from limen.clock import SECOND, Instant
from limen.devices import observed
from limen.devices.model import Check, CheckState
from limen.devices.sources import store
from limen.devices.sources.osquery_pack import BY_NAME, Rows, queries_for, schedule
from limen.devices.sources.record import Form, Record, hardware_id_of, serial_of
from limen.devices.sources.service import Sources
from limen.devices.sources.vendor_words import text
from limen.devices.wire import RefusedError
from limen.events import Event
from limen.facts.device_rules import SourceKind
from limen.opaque import hash_of, new_token
from limen.pillar import Core
from limen.rate_limit import RateLimit
from limen.storage import Transaction

MOST_BYTES: Final = 2 << 20
MOST_RESULTS: Final = 1_000
MOST_ROWS: Final = 200
PER_SECOND, AT_ONCE = 1.0, 30
ENROLS_PER_SECOND, ENROLS_AT_ONCE = 0.2, 30
_NOT_LINUX: Final = {"darwin": "macos", "windows": "windows"}
_OSQUERY: Final = {"macos": "darwin", "windows": "windows", "linux": "linux"}

Short = Annotated[str, Meta(max_length=200)]


class _Enrol(Struct, frozen=True):
    enroll_secret: Short = ""
    host_identifier: Short = ""
    host_details: dict[str, Any] = {}


class _Asked(Struct, frozen=True):
    node_key: Short = ""


class _Log(Struct, frozen=True):
    node_key: Short = ""
    log_type: Short = ""
    data: Any = None


class _Written(Struct, frozen=True):
    node_key: Short = ""
    queries: dict[str, Any] = {}
    statuses: dict[str, Any] = {}


class InvalidNodeError(Exception):
    """Whoever asks is no node of ours: osquery enrols again where it is told so."""


class Osquery:
    """What machines with osquery ask. Used on the event loop."""

    def __init__(self, core: Core, sources: Sources) -> None:
        self._core = core
        self._sources = sources
        self._rate = RateLimit(PER_SECOND, AT_ONCE)
        self._enrols = RateLimit(ENROLS_PER_SECOND, ENROLS_AT_ONCE)
        self._unheard: set[str] = set()

    async def enroll(self, body: bytes, address: str) -> dict[str, Any]:
        """A machine that brings the secret is a node from now on. Raises RefusedError, InvalidNodeError."""
        asked = _read(body, _Enrol)
        if not self._enrols.admits(address, self._sources.now()):
            raise RefusedError(429, "slow_down", "too many machines enrol from this network", "wait a minute")
        try:
            name = await self._sources.proved(SourceKind.OSQUERY, asked.enroll_secret.strip(), address)
        except RefusedError:
            raise InvalidNodeError from None
        record, key = _machine(asked, self._sources.now()), new_token()

        def work(transaction: Transaction) -> None:
            now = self._sources.now()
            others = store.add_node(transaction.connection, hash_of(key), name, record.id, now)
            details: dict[str, str | int | bool] = {"source": name, "machine": record.name, "again": others > 0}
            transaction.say(Event(at=now, kind="device.node_enrolled", address=address, details=details))

        await self._core.write(work)
        await self._sources.take(name, [record], is_whole=True)
        self._unheard.add(record.id)
        return {"node_key": key, "node_invalid": False}

    async def config(self, body: bytes) -> dict[str, Any]:
        """The queries that a node is to ask again and again. Raises RefusedError, InvalidNodeError."""
        await self._node(_read(body, _Asked).node_key)
        every = self._core.known.device_rules.report_every_s
        return {"schedule": schedule(every), "node_invalid": False}

    async def log(self, body: bytes) -> dict[str, Any]:
        """Take what came of them. Raises RefusedError, InvalidNodeError."""
        told = _read(body, _Log)
        name, record_id = await self._node(told.node_key)
        if told.log_type == "result":
            await self._take(name, record_id, list(_snapshots(told.data, self._sources.now())))
        return {"node_invalid": False}

    async def distributed_read(self, body: bytes) -> dict[str, Any]:
        """The same queries at once, for a node of which nothing is known yet. Raises RefusedError, InvalidNodeError."""
        name, record_id = await self._node(_read(body, _Asked).node_key)
        queries: dict[str, str] = {}
        if record_id in self._unheard:
            self._unheard.discard(record_id)
            queries = queries_for(_OSQUERY.get((await self._record(name, record_id)).platform, "linux"))
        return {"queries": queries, "node_invalid": False}

    async def distributed_write(self, body: bytes) -> dict[str, Any]:
        """Take what came of those. Raises RefusedError, InvalidNodeError."""
        told = _read(body, _Written)
        name, record_id = await self._node(told.node_key)
        now = self._sources.now()
        good = [query for query in told.queries if _is_good(told.statuses.get(query))][:MOST_RESULTS]
        await self._take(name, record_id, [(query, _rows(told.queries[query]), now) for query in good])
        return {"node_invalid": False}

    # Inside

    async def _node(self, key: str) -> tuple[str, str]:
        """The source and the record of the node with this key. Raises RefusedError, InvalidNodeError."""
        hashed = hash_of(key)
        found = await self._core.database.reading(lambda s: store.node(s.connection, hashed)) if key else None
        if found is None or found[0] not in self._sources.known():
            raise InvalidNodeError
        if not self._rate.admits(found[1], self._sources.now()):
            raise RefusedError(429, "slow_down", "this machine asks too often", "set longer intervals")
        return found

    async def _record(self, name: str, record_id: str) -> Record:
        kept = await self._core.database.reading(lambda s: store.records(s.connection, name, [record_id]))
        if record_id not in kept:
            raise InvalidNodeError
        return kept[record_id].record

    async def _take(self, name: str, record_id: str, results: list[tuple[str, Rows, Instant]]) -> None:
        """Each query's newest rows take the place of those before; what other queries said stays."""
        before = await self._record(name, record_id)
        checks = dict(before.checks)
        for query, rows, at in results:
            for check in _checks(query, rows, at):
                if check.id not in checks or checks[check.id].at <= check.at:
                    checks[check.id] = check
        seen_at = max((before.seen_at, *(at for _, _, at in results)))
        await self._sources.take(name, [replace(before, checks=checks, seen_at=seen_at)], is_whole=True)


def _read(body: bytes, kind: Any) -> Any:
    """What a node sends. Raises RefusedError."""
    if len(body) > MOST_BYTES:
        raise RefusedError(413, "too_large", f"more than {MOST_BYTES} bytes", "send it in parts")
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise RefusedError(400, "malformed", str(error)[:300], "see the reference of osquery's TLS API") from None


def _machine(asked: _Enrol, now: Instant) -> Record:
    """The machine as it describes itself when it enrols."""
    details = asked.host_details
    hardware_id = hardware_id_of(text(details, "system_info", "uuid"))
    serial = serial_of(text(details, "system_info", "hardware_serial"))
    name = text(details, "system_info", "computer_name") or text(details, "system_info", "hostname")
    identifier = asked.host_identifier if asked.host_identifier.isprintable() else ""
    return Record(
        id=(hardware_id or serial or f"host {identifier}")[:100],
        seen_at=now,
        name=(name or identifier)[:80],
        platform=_NOT_LINUX.get(text(details, "os_version", "platform").casefold(), "linux"),
        form=Form.COMPUTER,
        serial=serial,
        hardware_id=hardware_id,
    )


def _snapshots(data: Any, now: Instant) -> Iterator[tuple[str, Rows, Instant]]:
    """The queries of a log with all their rows, each with its time, which no clock can put into the future."""
    for one in data[:MOST_RESULTS] if isinstance(data, list) else ():
        if isinstance(one, dict) and one.get("action") == "snapshot" and isinstance(one.get("name"), str):
            try:
                at = int(one.get("unixTime", 0)) * SECOND
            except (TypeError, ValueError, OverflowError):
                at = 0
            yield one["name"], _rows(one.get("snapshot")), min(max(at, 0), now)


def _rows(raw: Any) -> Rows:
    """The rows of a query whose values are texts, which all of osquery's are."""
    if not isinstance(raw, list) or len(raw) > MOST_ROWS:
        return []
    return [
        {name: value for name, value in row.items() if isinstance(value, str)} for row in raw if isinstance(row, dict)
    ]


def _is_good(status: Any) -> bool:
    """Whether a query could be answered: osquery gives SQLite's code, as a number or a text."""
    return isinstance(status, int | str) and str(status) == "0"


def _checks(query: str, rows: Rows, at: Instant) -> Iterator[Check]:
    known = BY_NAME.get(query.rpartition("/")[2])
    for name, told in (known.read(rows) if known is not None else {}).items():
        yield Check(name, CheckState.OBSERVED, at, observed=observed.read(name, told))
