"""A list of people as a spreadsheet writes it (RFC 4180, loosely): read within bounds, and every mistake told at once.

Nothing is guessed that would change somebody: an encoding that is not certain, a group that is not known and a name
that could pass for another are problems with their row and column, never a best effort.
"""

from __future__ import annotations

import codecs
import csv
import difflib
import io
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from limen.identity.days import read_day
from limen.identity.errors import UnfitError
from limen.identity.model import ADMINISTRATORS
from limen.identity.names import canonical_name, new_email
from limen.printable import FORMULA

MAX_BYTES: Final = 5 * 1024 * 1024
MAX_ROWS: Final = 10_000
MAX_PROBLEMS: Final = 200
MAX_CELL: Final = 1_000
MAX_COLUMNS: Final = 100
PROTECTED: Final = frozenset({ADMINISTRATORS, "break-glass"})
"""Groups that a list always fills or empties only where that is said apart."""

_HEADERS: Final[dict[str, tuple[str, ...]]] = {
    "name": ("name", "full name", "display name", "displayname", "vollständiger name", "anzeigename"),
    "given": ("first name", "given name", "firstname", "vorname"),
    "family": ("last name", "surname", "family name", "lastname", "nachname", "familienname"),
    "email": (
        "email",
        "e-mail",
        "mail",
        "email address",
        "e-mail address",
        "e-mail-adresse",
        "emailadresse",
        "mailadresse",
    ),
    "groups": ("groups", "group", "gruppen", "gruppe"),
    "language": ("language", "lang", "sprache"),
    "first_day": ("first_day", "first day", "start date", "erster tag", "eintritt", "eintrittsdatum"),
    "last_day": ("last_day", "last day", "end date", "letzter tag", "austritt", "austrittsdatum"),
}
_LANGUAGES: Final = {"": "", "en": "en", "english": "en", "englisch": "en", "de": "de", "german": "de", "deutsch": "de"}


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong in a list. `row` counts lines from 1 as an editor does, 0 for all of it; `column` is a header."""

    row: int
    column: str
    what: str
    fix: str

    def __str__(self) -> str:
        where = f"line {self.row}{f', {self.column}' if self.column else ''}: " if self.row else ""
        return f"{where}{self.what}; {self.fix}" if self.fix else f"{where}{self.what}"


@dataclass(frozen=True, slots=True)
class Row:
    """One person of the list, in canonical form. None: the list says nothing of it."""

    line: int
    name: str
    email: str
    groups: frozenset[str] | None
    language: str | None
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class PeopleFile:
    """What was read. `ignored` are the headers that nothing is known of."""

    rows: tuple[Row, ...]
    problems: tuple[Trouble, ...]
    ignored: tuple[str, ...] = ()


def read_people(data: bytes, groups: Mapping[str, str]) -> PeopleFile:
    """The list in `data`. `groups` are the known ones: id to title; a list may name either."""
    try:
        text = _decoded(data)
        lines, delimiter = _Lines(text), _delimiter(text)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        header = next(_told(reader, lines), [])
        columns, ignored = _columns(header)
    except _StopError as stop:
        return PeopleFile((), (stop.trouble,))
    reading = _Reading(columns, {**{title.casefold(): one for one, title in groups.items()}, **{g: g for g in groups}})
    try:
        for cells in _told(reader, lines):
            if any(cell.strip() for cell in cells):
                reading.take(lines.first, cells, len(header))
    except _StopError as stop:
        reading.problems.append(stop.trouble)
    return PeopleFile(tuple(reading.rows), tuple(reading.problems), ignored)


class _StopError(Exception):
    """Nothing after this can be read."""

    def __init__(self, row: int, what: str, fix: str) -> None:
        super().__init__(what)
        self.trouble = Trouble(row, "", what, fix)


def _decoded(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise _StopError(0, "the file is larger than 5 MB", f"split it; a list has at most {MAX_ROWS:,} people")
    encoding = "utf-8"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif data.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1 if encoding != "utf-16" else 0
        raise _StopError(
            line,
            "the file is not UTF-8; it may be in an older encoding such as Windows-1252, which is not guessed, because"
            " a wrong guess changes names",
            "save it again as “CSV UTF-8”",
        ) from None
    if "\0" in text:
        raise _StopError(
            text[: text.index("\0")].count("\n") + 1, "the file contains NUL characters", "save it as CSV UTF-8"
        )
    return text


class _Lines:
    """The lines of a text, one after the other; `first` is where the row that is being read began."""

    def __init__(self, text: str) -> None:
        self._lines = iter(io.StringIO(text, newline=""))
        self.number = 0
        self.first = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        return line


def _told(reader: Iterator[list[str]], lines: _Lines) -> Iterator[list[str]]:
    """The rows, as far as they can be told apart. Raises _StopError."""
    count = 0
    while True:
        lines.first = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end" in str(error) or "field limit" in str(error):
                raise _StopError(
                    lines.first, "a quote is opened here and never closed", "close it, or double it"
                ) from None
            fix = 'put the whole cell in quotes, and double the quotes in it, as in "a ""b"" c"'
            raise _StopError(lines.number, "the quotes here can't be read", fix) from None
        if count > MAX_ROWS:
            raise _StopError(lines.first, f"there are more than {MAX_ROWS:,} rows", "split the list")
        if len(cells) > MAX_COLUMNS:
            raise _StopError(
                lines.first, f"there are more than {MAX_COLUMNS} columns", "keep those with names and addresses"
            )
        count += 1
        yield cells


def _delimiter(text: str) -> str:
    """What stands between the cells: that of comma, semicolon and tab which tells apart the most headers we know."""
    first = text[:MAX_CELL].lstrip("\r\n").partition("\n")[0].rstrip("\r")
    return max(",;\t", key=lambda mark: sum(_known_as(cell.strip('" ')) != "" for cell in first.split(mark)))


def _known_as(header: str) -> str:
    folded = " ".join(unicodedata.normalize("NFKC", header).casefold().split())
    return next((column for column, words in _HEADERS.items() if folded in words), "")


def _columns(header: list[str]) -> tuple[dict[str, int], tuple[str, ...]]:
    found: dict[str, int] = {}
    ignored = []
    for number, cell in enumerate(header):
        column = _known_as(cell)
        if not column:
            ignored.append(cell[:60])
        elif column in found:
            raise _StopError(1, f"two columns say {column}", "keep one of them")
        else:
            found[column] = number
    missing = [one for one in ("email", "name") if one not in found]
    if "name" in missing and "given" in found and "family" in found:
        missing.remove("name")
    if missing:
        raise _StopError(
            1,
            f"there is no column called {' or '.join(missing)}",
            "name the columns in the first line: name, email, and optionally groups and language",
        )
    return found, tuple(ignored)


class _Reading:
    """Rows as they come, each address once."""

    def __init__(self, columns: Mapping[str, int], groups: Mapping[str, str]) -> None:
        self._columns = columns
        self._groups = groups
        self._lines_of: dict[str, int] = {}
        self.rows: list[Row] = []
        self.problems: list[Trouble] = []

    def take(self, line: int, cells: list[str], width: int) -> None:
        before = len(self.problems)
        if len(cells) > width:
            self._wrong(
                line,
                "",
                f"there are {len(cells)} cells under {width} headers",
                "put texts that contain the separator in quotes",
            )
        if any(len(cell) > MAX_CELL for cell in cells):
            self._wrong(line, "", f"a cell is longer than {MAX_CELL:,} characters", "shorten it")
            return
        name, email = self._name(line, cells), self._email(line, cells)
        groups, language = self._groups_in(line, cells), self._language(line, cells)
        days = self._day(line, cells, "first_day"), self._day(line, cells, "last_day")
        if len(self.problems) == before:
            self.rows.append(Row(line, name, email, groups, language, *days))

    def _cell(self, cells: list[str], column: str) -> str | None:
        number = self._columns.get(column)
        return None if number is None else (cells[number].strip() if number < len(cells) else "")

    def _name(self, line: int, cells: list[str]) -> str:
        whole = self._cell(cells, "name")
        if not whole:
            whole = f"{self._cell(cells, 'given') or ''} {self._cell(cells, 'family') or ''}"
        try:
            name = canonical_name(whole)
        except UnfitError as wrong:
            self._wrong(line, "name", wrong.what, wrong.fix)
            return ""
        if name.startswith(FORMULA):
            self._wrong(line, "name", f"a name can't begin with {name[0]}", "a spreadsheet would treat it as a formula")
        elif any(mixes_scripts(word) for word in name.replace("-", " ").split()):
            self._wrong(
                line,
                "name",
                "a word in the name mixes letters from different alphabets",
                "type it using a single keyboard layout",
            )
        return name

    def _email(self, line: int, cells: list[str]) -> str:
        try:
            email = new_email(self._cell(cells, "email") or "")
        except UnfitError as wrong:
            self._wrong(line, "email", wrong.what, wrong.fix)
            return ""
        first = self._lines_of.setdefault(email, line)
        if first != line:
            self._wrong(line, "email", f"line {first} has the same address", "keep one of them")
        return email

    def _groups_in(self, line: int, cells: list[str]) -> frozenset[str] | None:
        cell = self._cell(cells, "groups")
        if cell is None:
            return None
        found = set()
        for word in cell.replace("|", ";").split(";"):
            named = word.strip()
            if not named:
                continue
            group = self._groups.get(named) or self._groups.get(named.casefold())
            if group is None:
                near = difflib.get_close_matches(named.casefold(), self._groups, n=1)
                fix = (
                    f"did you mean {self._groups[near[0]]}?"
                    if near
                    else "groups are declared in limen.toml under [groups]"
                )
                self._wrong(line, "groups", f"there is no group “{named[:40]}”", fix)
            else:
                found.add(group)
        return frozenset(found)

    def _language(self, line: int, cells: list[str]) -> str | None:
        cell = self._cell(cells, "language")
        if cell is None:
            return None
        if cell.casefold() not in _LANGUAGES:
            self._wrong(line, "language", f"there is no language “{cell[:20]}” here", "write en or de")
        return _LANGUAGES.get(cell.casefold(), "")

    def _day(self, line: int, cells: list[str], column: str) -> date | None:
        """An empty cell says nothing of it."""
        try:
            return read_day(column, self._cell(cells, column) or "")
        except UnfitError as wrong:
            self._wrong(line, column.replace("_", " "), wrong.what, wrong.fix)
            return None

    def _wrong(self, line: int, column: str, what: str, fix: str) -> None:
        if len(self.problems) >= MAX_PROBLEMS:
            raise _StopError(line, f"there are more than {MAX_PROBLEMS} problems", "fix these first")
        self.problems.append(Trouble(line, column, what, fix))


def mixes_scripts(word: str) -> bool:
    """Whether one word has Latin letters beside Greek or Cyrillic ones, which look alike."""
    names = [unicodedata.name(letter, "?") for letter in word if letter.isalpha()]
    return sum(any(name.startswith(script) for name in names) for script in ("LATIN", "GREEK", "CYRILLIC")) > 1
