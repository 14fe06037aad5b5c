"""A copy of everything that is kept of one person: one zip file, for programs (JSON) and for people (CSV, HTML).

Written as it is read, a few lines at a time, so its size does not matter. Nothing secret is in it, and of other people
no more than their opaque ids: where others were is theirs.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import IO, Any, Final

import msgspec

from limen.clock import Instant, to_iso
from limen.events import KINDS, Event
from limen.identity.store import erasure
from limen.printable import no_formula
from limen.privacy.errors import NobodyError
from limen.privacy.row_counts import row_counts
from limen.storage import Database
from limen.storage.journal import Reader
from limen.storage.journal.subject_access import events_about, facts_about

COLUMNS: Final = (
    "time",
    "what",
    "kind",
    "outcome",
    "by",
    "subject",
    "address",
    "session",
    "app",
    "action",
    "method",
    "host",
    "path",
    "answer",
    "policies",
    "reason",
    "times",
    "details",
    "id",
)
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Copy:
    """What a copy holds: how many rows of the database, events, and sets of facts."""

    rows: int
    events: int
    facts: int


def write_copy(
    out: IO[bytes], database: Database, reader: Reader, person_id: str, now: Instant, *, company: str, by: str
) -> Copy:
    """Write the zip file to `out`, and have the journal say that it was made. Raises NobodyError, OSError."""
    rows = database.read(lambda snapshot: erasure.copy_of(snapshot.connection, person_id))
    if "people" not in rows:
        raise NobodyError(person_id)
    counts: Counter[str] = Counter()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_entry("account.json", now), msgspec.json.format(_encode(rows), indent=2))
        with archive.open(_entry("events.csv", now), "w", force_zip64=True) as file:
            table = io.TextIOWrapper(file, "utf-8-sig", newline="")  # spreadsheets take it for UTF-8 by the mark
            writer = csv.writer(table)
            writer.writerow(COLUMNS)
            for event in events_about(reader, person_id):
                writer.writerow([no_formula(cell) for cell in cells(as_theirs(event, person_id))])
                counts[event.kind] += 1
            table.flush()
            table.detach()
        _lines(
            archive,
            _entry("events.jsonl", now),
            (as_theirs(event, person_id) for event in events_about(reader, person_id)),
        )
        facts = _lines(archive, _entry("facts.jsonl", now), facts_about(reader, person_id))
        archive.writestr(_entry("read-me.html", now), page(company, now, rows, counts, facts))
    events = sum(counts.values())
    said = Event(at=now, kind="person.exported", actor=by, subject=person_id, details={"events": events})
    database.write(lambda transaction: transaction.say(said))
    return Copy(sum(map(len, rows.values())), events, facts)


def as_theirs(event: Event, person_id: str) -> Event:
    """The event as this person may see it: without the address, session and device of somebody else."""
    if event.actor in {"", person_id}:
        return event
    return msgspec.structs.replace(event, address="", session="", device="")


def cells(event: Event) -> list[str]:
    """The event as a row of `COLUMNS`."""
    made, known = event.decision, KINDS.get(event.kind)
    return [
        to_iso(event.at),
        known.title if known else "",
        event.kind,
        event.outcome.value,
        event.actor,
        event.subject,
        event.address,
        event.session,
        made.app if made else "",
        made.action if made else "",
        made.method if made else "",
        made.host if made else "",
        made.route if made else "",
        made.effect if made else "",
        " ".join(made.reasons) if made else "",
        event.reason,
        str(event.count),
        "; ".join(f"{name}={value}" for name, value in event.details.items()),
        event.id,
    ]


def page(company: str, now: Instant, rows: dict[str, list[dict[str, Any]]], counts: Counter[str], facts: int) -> str:
    """A page that says what is in the file, and shows what of it a person can read at a glance."""
    person = rows["people"][0]
    titled = [(KINDS[kind].title if kind in KINDS else kind, kind, count) for kind, count in counts.most_common()]
    kinds = "".join(f"<tr><td>{escape(one)}</td><td>{escape(kind)}</td><td>{n}</td></tr>" for one, kind, n in titled)
    tables = "".join(
        f"<li>{escape(one)}</li>" for one in row_counts({name: len(found) for name, found in rows.items()})
    )
    name, email = escape(str(person["name"])), escape(str(person["email"]))
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>What Limen keeps about you</title>'
        f"<h1>What {escape(company)} keeps about {name} in Limen</h1>"
        f"<p>{name}, {email}. Made on {to_iso(now)}.</p>"
        "<ul><li><b>account.json</b>: what the database holds: your account, groups, passkeys by name, sessions, "
        "links, mails, tokens by name. Secrets are in no copy.</li>"
        "<li><b>events.csv</b> (for spreadsheets) and <b>events.jsonl</b>: every entry of the journal in which you did "
        "something, or something was done to you. Other people stand in it by an opaque id.</li>"
        f"<li><b>facts.jsonl</b>: what Limen knew of you when it decided your requests ({facts} sets).</li></ul>"
        f"<h2>Account</h2><ul>{tables}</ul><h2>Journal</h2><table>{kinds}</table></html>"
    )


def _entry(name: str, now: Instant) -> zipfile.ZipInfo:
    """The zip entry of one file: compressed, readable by its owner only, dated now in UTC."""
    at = datetime.fromtimestamp(now / 1000, UTC)
    entry = zipfile.ZipInfo(name, (at.year, at.month, at.day, at.hour, at.minute, at.second))
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
    return entry


def _lines(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, values: Iterable[object]) -> int:
    written = 0
    with archive.open(entry, "w", force_zip64=True) as file:
        for value in values:
            file.write(_encode(value) + b"\n")
            written += 1
    return written
