"""`limen data allowed`: values that are found and are not what they look like, such as order numbers."""

from __future__ import annotations

import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from limen.cli.open_company import Opened, opened
from limen.cli.options import MisusedError, company_folder
from limen.cli.output import counted, print_rows
from limen.clock import SECOND, Instant, SystemClock
from limen.company.load import load_company
from limen.company.publish import SERVER
from limen.data.allowed import store
from limen.data.allowed.allowing import allow, end
from limen.data.allowed.store import AllowedValue
from limen.data.data_file import FILE
from limen.data.protection import PURPOSE
from limen.data.rules.stated import NO_RULES
from limen.errors import LimenError
from limen.messages import times

_ADD: Final = "`limen data allowed add DETECTOR FILE --why … --until DAY`"
HOW: Final = f"`limen data allowed list`, {_ADD} or `limen data allowed end ID …`"
MOST_BYTES: Final = 1_000_000


def run(words: list[str], why: str, until: str, company: Path | None, *, as_json: bool) -> None:
    """`words` are what follows `allowed`."""
    task, rest = words[0] if words else "", words[1:]
    if {"list": not rest, "end": bool(rest), "add": len(rest) == 2}.get(task) is not True:
        raise MisusedError(f"It is {HOW}")
    root = company_folder(company)
    with opened(root) as here:
        now = SystemClock().now()
        if task == "list":
            _list(here, now, as_json=as_json)
        elif task == "end":
            number = here.database.write(lambda t: end(t, rest, now, by=SERVER))
            print(f"Ended. {counted(number, 'value')} will be found again.")
        else:
            detector, values, last = rest[0], _values(rest[1]), _day(here, until)
            rules, key = load_company(root).parts.get(FILE, NO_RULES), here.keyring().key_for(PURPOSE)
            number = here.database.write(lambda t: allow(t, key, rules, detector, values, why, last, now, by=SERVER))
            print(f"Allowed {counted(number, 'value')} of {detector} until {times.exact(last, here.settings.zone)}.")


def _values(file: str) -> list[bytes]:
    """One in each line of a file, or of standard input for `-`: never arguments, which others' `ps` would show."""
    try:
        data = sys.stdin.buffer.read(MOST_BYTES + 1) if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise LimenError(f"{file} can't be read: {error.strerror}", "name a file with a value in each line") from None
    if len(data) > MOST_BYTES:
        raise LimenError(f"{file} is longer than {MOST_BYTES} bytes", "give fewer values")
    return data.splitlines()


def _day(here: Opened, written: str) -> Instant:
    """The end of a day in the company's time zone."""
    if not written:
        raise LimenError("it has to end some day", "say until when: --until 2026-12-31")
    try:
        day = date.fromisoformat(written) + timedelta(days=1)
        return int(datetime.combine(day, time(), here.settings.zone).timestamp()) * SECOND
    except (ValueError, OverflowError):
        raise LimenError(f"{written[:40]!r} is not a date", "say --until as 2026-12-31") from None


def _list(here: Opened, now: Instant, *, as_json: bool) -> None:
    every = here.database.read(lambda snapshot: store.every(snapshot.connection, now))
    zone = here.settings.zone

    def text(one: AllowedValue) -> str:
        whom = one.person_id or "everybody"
        return f"{one.id}  {one.detector}, for {whom} until {times.exact(one.until, zone)}: {one.why}"

    def plain(one: AllowedValue) -> dict[str, object]:
        return {name: getattr(one, name) for name in AllowedValue.__slots__ if name != "value_digest"}

    print_rows(every, text, plain, f"No value is allowed; {_ADD} allows those in a file.", as_json=as_json)
