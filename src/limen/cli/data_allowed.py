"""`limen data allowed`: values that are found and are not what they look like, such as order numbers."""

from __future__ import annotations

import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from limen.cli.open_company import Opened, opened
from limen.cli.options import MisusedError
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

HOW: Final = "`limen data allowed list`, `limen data allowed add DETECTOR FILE --why … --until DAY` or `… end ID …`"
MOST_BYTES: Final = 1_000_000


def run(words: list[str], why: str, until: str, company: Path, *, as_json: bool) -> None:
    """`words` are what follows `allowed`."""
    with opened(company) as here:
        now = SystemClock().now()
        if words == ["list"]:
            _list(here, now, as_json=as_json)
        elif words[:1] == ["end"] and len(words) > 1:
            number = here.database.write(lambda t: end(t, words[1:], now, by=SERVER))
            print(f"Ended. {counted(number, 'value')} will be found again.")
        elif words[:1] == ["add"] and len(words) == 3:
            values, last = _values(words[2]), _day(here, until)
            rules, key = load_company(company).parts.get(FILE, NO_RULES), here.keyring().key_for(PURPOSE)
            number = here.database.write(lambda t: allow(t, key, rules, words[1], values, why, last, now, by=SERVER))
            print(f"Allowed {counted(number, 'value')} of {words[1]} until {times.exact(last, here.settings.zone)}.")
        else:
            raise MisusedError(f"It is {HOW}")


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

    print_rows(every, text, plain, "No value is allowed.", as_json=as_json)
