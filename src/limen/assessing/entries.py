"""Files as entries, one after the other: objects of JSON, and rows of CSV under their headers. Bounded. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from limen.assessing.folder import File
from limen.clock import Instant, from_iso
from limen.printable import FORMULA, visible

MOST_ENTRIES: Final = 500_000
MOST_COLUMNS: Final = 300
LONGEST_CELL: Final = 20_000
LONGEST_TEXT: Final = 320
"""Of what is taken from an entry: an email address is no longer."""
_DEEPEST: Final = 12
_LISTS: Final = ("value", "users", "items", "activities", "tokens")
"""Under which name a list stands in an answer of Microsoft's or Google's."""
_NEXT: Final = ("@odata.nextLink", "odata.nextLink", "nextPageToken", "NextLink")
_DATE: Final = re.compile(r"/Date\((-?\d{1,15})\)/")
_WORDS: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """`place` is its number in a list of JSON, or its line in a CSV, from 1; keys are as `key_of` writes them."""

    file: File
    place: int
    values: Mapping[str, Any]
    is_row: bool = False

    def text(self, *keys: str) -> str:
        """The first text under one of these keys; "" for anything else and for what is too long."""
        for key in keys:
            found = self._at(key)
            if isinstance(found, str) and 0 < len(found) <= LONGEST_TEXT:
                return visible(found).strip()
        return ""

    def name(self, *keys: str) -> str:
        """The same of what people are shown as a name. Raises RefusedError for a formula in a spreadsheet's row."""
        found = self.text(*keys)
        if self.is_row and found.startswith(FORMULA):
            raise self.file.refused(f"a name begins with {found[0]}", "a spreadsheet would run it: mend it", self.place)
        return found

    def flag(self, *keys: str) -> bool | None:
        """Yes, no, or None where neither is said."""
        for key in keys:
            found = self._at(key)
            if isinstance(found, bool):
                return found
            if isinstance(found, str) and (word := found.strip().casefold()) in _FLAGS:
                return _FLAGS[word]
        return None

    def words(self, *keys: str) -> tuple[str, ...]:
        """A list of texts, or one text with commas or semicolons."""
        for key in keys:
            found = self._at(key)
            if isinstance(found, list):
                return tuple(one for one in found if isinstance(one, str))
            if isinstance(found, str) and found.strip():
                return tuple(one.strip() for one in re.split(r"[,;|]", found) if one.strip())
        return ()

    def instant(self, now: Instant, *keys: str) -> Instant:
        """When something was; 0 where nobody says, or it is still to come: what is in the future was never seen."""
        for key in keys:
            found = self._at(key)
            if isinstance(found, str) and (at := _instant(found)):
                return at if at <= now else 0
        return 0

    def number(self, *keys: str) -> int | None:
        for key in keys:
            found = self._at(key)
            if isinstance(found, int) and not isinstance(found, bool):
                return found
            if isinstance(found, str) and found.strip().isascii() and found.strip().isdigit() and len(found) < 12:
                return int(found)
        return None

    def entries(self, key: str) -> list[Entry]:
        """Objects in a list of it."""
        found = self._at(key)
        several = found if isinstance(found, list) else []
        return [Entry(self.file, self.place, one, self.is_row) for one in several if isinstance(one, dict)]

    def _at(self, key: str) -> Any:
        if self.is_row:
            return self.values.get(key_of(key))
        found: Any = self.values
        for step in key.split("."):
            found = found.get(step) if isinstance(found, Mapping) else None
        return found


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries of a file. `keys` are those of the first one, `context` what Graph's annotation calls them."""

    file: File
    keys: frozenset[str]
    context: str = ""
    _objects: tuple[msgspec.Raw, ...] = ()
    _rows: tuple[str, str] = field(default=("", ""))

    def __iter__(self) -> Iterator[Entry]:
        if self._rows[0]:
            yield from _rows_of(self.file, *self._rows)
        for number, raw in enumerate(self._objects, 1):
            yield Entry(self.file, number, _object(self.file, raw))


def key_of(header: str) -> str:
    """A header of CSV as one word of small letters: `Date (UTC)` is `dateutc`, `name.fullName` is `namefullname`."""
    return _WORDS.sub("", header.casefold())


def json_entries(file: File) -> Entries | None:
    """The objects of a JSON file; None where it has none in a list. Raises RefusedError for one page of several."""
    data = file.data
    try:
        found: Any = msgspec.json.decode(data, type=dict[str, msgspec.Raw] | list[msgspec.Raw])
        context, objects = "", found
        if isinstance(found, dict):
            if any(one in found and bytes(found[one]) not in {b"null", b'""'} for one in _NEXT):
                fix = "export all pages: `limen assess --how` prints the commands"
                raise file.refused("it is one page of several, and others may be worse", fix)
            if "error" in found and not any(one in found for one in _LISTS):
                raise file.refused("it is an error, and no export", "export it with the rights that it asks for")
            context = _text_in(found, "@odata.context")
            objects = next((_list_in(found[one]) for one in _LISTS if one in found), None)
            objects = [msgspec.Raw(data)] if objects is None else objects
        if len(objects) > MOST_ENTRIES:
            raise file.refused(f"there are more than {MOST_ENTRIES:,} entries", "export a shorter time")
        first = _object(file, objects[0]) if objects else {}
    except RecursionError:
        raise file.refused("it is nested too deep", "export it again") from None
    except msgspec.MsgspecError as error:
        raise file.refused("this is no JSON", "export it again", file.line_at(_offset(error))) from None
    return Entries(file, frozenset(first), context, tuple(objects))


def csv_entries(file: File) -> Entries | None:
    """The rows of a CSV; None where the first line is none of headers."""
    text = file.data.decode()
    first = text[:LONGEST_CELL].lstrip("\r\n").partition("\n")[0]
    mark = max(",;\t", key=first.count)
    if mark not in first:
        return None
    rows = _csv_rows(file, text, mark)
    _, header = next(rows, (0, []))
    return Entries(file, frozenset(map(key_of, header)) - {""}, _rows=(text, mark))


def _csv_rows(file: File, text: str, mark: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line on which it ends."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    try:
        for number, cells in enumerate(reader):
            if number > MOST_ENTRIES:
                raise file.refused(f"there are more than {MOST_ENTRIES:,} rows", "export a shorter time", number)
            if len(cells) > MOST_COLUMNS or any(len(one) > LONGEST_CELL for one in cells):
                raise file.refused("this row has too many cells, or too long ones", "export it again", reader.line_num)
            if any(one.strip() for one in cells):
                yield reader.line_num, cells
    except csv.Error:
        raise file.refused("the quotes here can't be read", "export it again", reader.line_num) from None


def _rows_of(file: File, text: str, mark: str) -> Iterator[Entry]:
    rows = _csv_rows(file, text, mark)
    _, header = next(rows, (0, []))
    keys = [key_of(one) for one in header]
    twice = {one for one in keys if one and keys.count(one) > 1}
    for line, cells in rows:
        if len(cells) > len(keys):
            raise file.refused(f"there are {len(cells)} cells under {len(keys)} headers", "export it again", line)
        values: dict[str, str] = {}
        for key, cell in zip(keys, cells, strict=False):
            if key in twice and values.get(key, cell) != cell:
                raise file.refused(f"two columns are called {key[:40]}, and differ", "keep one of them", line)
            values[key] = cell.strip()
        if "System.Object[]" in cells or "System.String[]" in cells:
            raise file.refused("a list was lost here", "export it as JSON, as `limen assess --how` says", line)
        yield Entry(file, line, values, is_row=True)


def _object(file: File, raw: msgspec.Raw) -> dict[str, Any]:
    """Keys begin small: PowerShell writes `UserPrincipalName` for what Graph calls `userPrincipalName`."""
    try:
        found = msgspec.json.decode(raw)
    except RecursionError:
        raise file.refused("it is nested too deep", "export it again") from None
    except msgspec.MsgspecError:
        raise file.refused("this is no JSON", "export it again", file.line_at(file.data.find(bytes(raw)))) from None
    if not isinstance(found, dict):
        line = file.line_at(file.data.find(bytes(raw)))
        raise file.refused("this is no object", "export it again", line)
    return _small(found, 0) if any(one[:1].isupper() for one in found) else found


def _small(value: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        return None
    if isinstance(value, dict):
        return {key[:1].lower() + key[1:]: _small(one, depth + 1) for key, one in value.items()}
    return [_small(one, depth + 1) for one in value] if isinstance(value, list) else value


def _list_in(raw: msgspec.Raw) -> list[msgspec.Raw] | None:
    try:
        return msgspec.json.decode(raw, type=list[msgspec.Raw])
    except msgspec.ValidationError:
        return None


def _text_in(found: Mapping[str, msgspec.Raw], key: str) -> str:
    try:
        return msgspec.json.decode(found[key], type=str)[:2_000] if key in found else ""
    except msgspec.ValidationError:
        return ""


def _offset(error: msgspec.MsgspecError) -> int:
    said = re.search(r"byte (\d+)", str(error))
    return int(said[1]) if said else 0


_FLAGS: Final = {
    **dict.fromkeys(("true", "yes", "1", "ja", "enabled", "active", "compliant", "encrypted", "managed", "on"), True),
    **dict.fromkeys(
        ("false", "no", "0", "nein", "disabled", "suspended", "archived", "noncompliant", "not compliant", "off"), False
    ),
    **dict.fromkeys(("not encrypted", "unmanaged", "not managed"), False),
}


def _instant(text: str) -> Instant:
    """By ISO 8601, as PowerShell writes dates, or a day; 0 for anything else."""
    written = text.strip()[:40]
    if dated := _DATE.fullmatch(written):
        return max(0, int(dated[1]))
    for form in (written, written.replace(" ", "T") + "Z", f"{written}T00:00:00Z"):
        try:
            return max(0, from_iso(form))
        except (ValueError, OverflowError):
            continue
    return 0
