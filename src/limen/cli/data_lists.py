"""`limen data exact|fingerprint|lists`: what the company's own lists are looked for by. No list is ever kept."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from limen.cli.open_company import Opened, opened
from limen.cli.options import MisusedError, company_folder, split_commas
from limen.cli.output import counted, print_rows, progress
from limen.clock import SystemClock
from limen.company.load import load_company
from limen.company.publish import SERVER
from limen.configuration.problem import unknown
from limen.data.data_file import FILE
from limen.data.documents import Inspected
from limen.data.extraction.pool import Pool
from limen.data.inspection import Inspection
from limen.data.lists import store
from limen.data.lists.fingerprints import Fingerprint, FingerprintMaker, fingerprint_in
from limen.data.lists.keeping import FINGERPRINT, keep_documents, keep_rows, key_for, missing, remove
from limen.data.lists.store import KeptList
from limen.data.rules.stated import NO_RULES, DataRules
from limen.errors import LimenError
from limen.messages import times

LARGEST: Final = 200_000_000
MOST_CELL: Final = 10_000
_LOOK: Final = 20_000
HOW: Final = {
    "exact": "`limen data exact add NAME FILE.csv --field number,name`, `… remove NAME` or `limen data lists`",
    "fingerprint": "`limen data fingerprint add NAME FILE …`, `… remove NAME` or `limen data lists`",
    "lists": "`limen data lists`",
}


def run(task: str, words: list[str], field: str, company: Path | None, *, as_json: bool) -> None:
    """`words` are what follows the task."""
    doing, name = (*words[:2], "", "")[:2]
    rest = words[2:]
    if not _is_right(task, doing, name, rest):
        raise MisusedError(f"It is {HOW[task]}")
    root = company_folder(company)
    with opened(root) as here:
        if task == "lists" or doing == "list":
            _list(here, _rules(root), as_json=as_json)
        elif doing == "remove":
            here.database.write(lambda t: remove(t, name, SystemClock().now(), SERVER))
            print(f"Removed. {name} is looked for no more.")
        elif task == "exact":
            _add_rows(here, _rules(root), name, Path(rest[0]), split_commas(field))
        else:
            _add_documents(here, _rules(root), name, [Path(one) for one in rest])


def _is_right(task: str, doing: str, name: str, rest: list[str]) -> bool:
    """Whether these words make sense, whatever company they are of."""
    if task == "lists" or doing == "list":
        return not name and doing == ("" if task == "lists" else "list")
    if doing == "remove":
        return bool(name) and not rest
    return doing == "add" and (len(rest) == 1 if task == "exact" else bool(rest))


def _rules(company: Path) -> DataRules:
    rules: DataRules = load_company(company).parts.get(FILE, NO_RULES)
    return rules


def _add_rows(here: Opened, rules: DataRules, name: str, file: Path, columns: list[str]) -> None:
    stated = next((one for one in rules.exact if one.id == name), None)
    if stated is None:
        raise LimenError(
            f"{FILE} declares no exact data {name[:40]}",
            f"add `{name}: {{name: …, fields: [number, name]}}` below `exact`, then call this again",
        )
    columns = columns or list(stated.fields)
    if len(columns) != len(stated.fields):
        what = f"{name} has the fields {', '.join(stated.fields)}, and --field names {len(columns)}"
        raise LimenError(what, "name a column of the file for each, in this order")
    keyring, now = here.keyring(), SystemClock().now()
    rows, lost = here.database.write(
        lambda t: keep_rows(t, keyring, stated, rows_of(file, columns), now, SERVER),
    )
    print(f"Kept digests of {counted(rows, 'row')} of {file}; the file itself is not kept.")
    if lost:
        print(
            f"{counted(lost, 'row')} can't be found: fewer than {stated.needs} values in them are longer than two "
            "letters, or more than 50 rows have them in common. Name more fields."
        )


def rows_of(file: Path, columns: list[str]) -> Iterator[list[str]]:
    """The values of these columns, row by row. Commas, semicolons and tabs separate; UTF-8, or Windows-1252.

    Raises LimenError.
    """
    text = _text(file)
    csv.field_size_limit(MOST_CELL)
    try:
        dialect: type[csv.Dialect] = csv.Sniffer().sniff(text[:_LOOK], ",;\t")
    except csv.Error:
        dialect = csv.excel
    rows = csv.DictReader(text.splitlines(keepends=True), dialect=dialect)
    try:
        named = [one.strip() for one in rows.fieldnames or ()]
        for column in columns:
            if column not in named:
                raise LimenError(*unknown("column", column, named, "name one with --field"))
        rows.fieldnames = named
        yield from ([row.get(column) or "" for column in columns] for row in rows)
    except csv.Error as error:
        raise LimenError(f"{file} is no table that can be read: {error}", "save it as CSV") from None


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST:
            raise LimenError(f"{file} is larger than {LARGEST} bytes", "give a part of it")
        return file.read_bytes()
    except OSError as error:
        raise LimenError(f"{file} can't be read: {error.strerror}", "name a file that is there") from None


def _text(file: Path) -> str:
    data = _read(file)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _add_documents(here: Opened, rules: DataRules, name: str, files: list[Path]) -> None:
    if name not in {one.id for one in rules.fingerprints}:
        raise LimenError(
            f"{FILE} declares no fingerprints {name[:40]}",
            f"add `{name}: {{name: …}}` below `fingerprints`, then call this again",
        )
    keyring, now = here.keyring(), SystemClock().now()
    key = here.database.read(lambda snapshot: key_for(snapshot, keyring, name))
    documents, unread, too_short = _made(files, key)
    entries = here.database.write(lambda t: keep_documents(t, keyring, name, documents, key, now, SERVER))
    print(f"Kept fingerprints of {counted(entries, 'document')}; their text is not kept.")
    for one in unread:
        print(f"{one}: it can't be read as a whole")
    for one in too_short:
        print(f"{one}: it has too few words to be told from others")
    if unread or too_short:
        raise SystemExit(1)


def _made(files: list[Path], key: bytes) -> tuple[list[Fingerprint], list[Path], list[Path]]:
    """The fingerprints of these files, which of them could not be read, and which are too short. Raises LimenError."""
    made: list[Fingerprint] = []
    unread: list[Path] = []
    too_short: list[Path] = []
    maker = FingerprintMaker(key)
    pool = Pool(maker)
    inspection = Inspection(maker, pool)
    try:
        with progress("Reading documents") as told:
            for number, file in enumerate(files, 1):
                inspected = _inspected(inspection, file)
                try:
                    made.append(fingerprint_in(file.name, inspected.found))
                    unread += [file] if inspected.why_not else []
                except ValueError:
                    (unread if inspected.why_not else too_short).append(file)
                if told:
                    told(number, len(files))
    finally:
        pool.close()
    return made, unread, too_short


def _inspected(inspection: Inspection, file: Path) -> Inspected:
    try:
        return inspection.inspect_file(file)
    except OSError as error:
        raise LimenError(f"{file} can't be read: {error.strerror}", "name a file that is there") from None


def _list(here: Opened, rules: DataRules, *, as_json: bool) -> None:
    kept = here.database.read(lambda snapshot: store.every(snapshot.connection))
    zone = here.settings.zone

    def text(one: KeptList) -> str:
        noun = "document" if one.kind == FINGERPRINT else "row"
        return f"{one.name:20} {one.kind:12} {counted(one.entries, noun)}, kept {times.exact(one.kept_at, zone)}"

    def plain(one: KeptList) -> dict[str, object]:
        return {"list": one.name, "kind": one.kind, "entries": one.entries, "kept_at": one.kept_at}

    nothing = "Nothing is kept. Declare `exact` or `fingerprints` in data.yaml, then add to them."
    print_rows(kept, text, plain, nothing, as_json=as_json)
    if not as_json:
        for name in missing(kept, rules):
            print(f"{name}: declared in {FILE}, and nothing that fits is kept; add to it, or its rules find nothing")
