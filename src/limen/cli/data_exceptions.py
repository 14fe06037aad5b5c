"""`limen data exceptions`: everything that may pass although rules say otherwise, and ending that."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Final

from limen.cli.open_company import Opened, opened
from limen.cli.options import MisusedError, company_folder
from limen.cli.output import counted, print_rows
from limen.clock import Instant, SystemClock, to_iso
from limen.company.authors import SERVER, names_of
from limen.data.doors.quarantine import Quarantine
from limen.data.doors.services import quarantine_folder
from limen.data.exceptions import DataException, ExceptionKind, end, every
from limen.data.settings import DataSettings
from limen.errors import LimenError
from limen.messages import times

NOTHING: Final = (
    "Nothing: rules hold for all that passes. What people say is not sensitive, values that are allowed and files "
    "that are put back to a share are listed here."
)
_WHAT: Final = {
    ExceptionKind.DOCUMENT: "a document, to and from {where}",
    ExceptionKind.VALUE: "a value, as {where}",
    ExceptionKind.FILE: "a file, on {where}",
}


def run(words: list[str], company: Path | None, *, as_json: bool) -> None:
    """`words` are what follows `exceptions`: nothing or `list`; or `end` with IDs."""
    is_list = words in ([], ["list"])
    if not is_list and (words[0] != "end" or len(words) == 1):
        raise MisusedError("It is `limen data exceptions` or `limen data exceptions end ID …`")
    with opened(company_folder(company)) as here:
        settings = here.settings.section(DataSettings)
        kept = Quarantine(quarantine_folder(settings, here.root, here.root / here.settings.storage.data))
        now = SystemClock().now()
        if is_list:
            _list(here, kept, now, as_json=as_json)
        else:
            _end(here, kept, words[1:], now)


def _list(here: Opened, kept: Quarantine, now: Instant, *, as_json: bool) -> None:
    names = here.database.read(names_of)

    def text(one: DataException) -> str:
        whom = names.get(one.person_id, one.person_id) or "everybody"
        until = times.exact(one.until, here.settings.zone)
        because = one.why or (f"see {one.event}" if one.event else "")
        return f"{one.id}  {_WHAT[one.what].format(where=one.where)}, for {whom} until {until}" + (
            f": {because}" if because else ""
        )

    print_rows(
        here.database.read(lambda snapshot: every(snapshot.connection, kept, now)),
        text,
        lambda one: asdict(one) | {"until": to_iso(one.until)},
        NOTHING,
        as_json=as_json,
    )


def _end(here: Opened, kept: Quarantine, ids: list[str], now: Instant) -> None:
    try:
        number = here.database.write(lambda transaction: end(transaction, kept, ids, now, by=SERVER))
    except OSError as error:
        raise LimenError(f"{kept.folder} can't be written: {error.strerror}", "run it as Limen's user") from None
    if not number:
        raise LimenError(f"there is no exception {ids[0][:40]}", "`limen data exceptions` lists those there are")
    print(f"Ended {counted(number, 'exception')}. Files on a share are judged again when they change, or all")
    print("of them by `limen data shares look`.")
