"""What a report states, read back from its file, in whichever form: its day, its figures, and the journal's heads.

It is read from what people see, so that nothing can be shown that is not held against the journal. Only files whose
signature holds are read.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from html.parser import HTMLParser
from io import BytesIO, StringIO
from typing import Any, Final

from limen.errors import LimenError
from limen.roadmap.report.as_pdf import FIGURES

_TITLE: Final = re.compile(r"measured on (\d{4}-\d\d-\d\d)\s*\Z")
_FIGURE: Final = re.compile(r"([A-Z]\d{1,3})=((?:\d+/\d+ )?[a-z]+)")
_CHECKPOINT: Final = re.compile(r'\{"writer":"[^{}]*(?:\{[^{}]*\}[^{}]*)?"mac":"[^"{}]*"\}')


@dataclass(frozen=True, slots=True)
class Stated:
    """`figures` are by control, in the words of the journal; `checkpoints` are lines for `limen journal verify`."""

    day: date
    figures: Mapping[str, str]
    checkpoints: tuple[str, ...]


def stated(file: bytes) -> Stated:
    """What a file of ours states. Raises LimenError where it can't be read."""
    read = next((one for start, one in _READERS if file.startswith(start)), None)
    if read is None:
        raise LimenError("this is no report of a roadmap", "name a file that `limen report` has written")
    try:
        return read(file)
    except (ValueError, LookupError, TypeError, StopIteration):
        raise LimenError("this report can't be read", "it is another version's: use that version of Limen") from None


def _of_csv(file: bytes) -> Stated:
    rows = list(csv.DictReader(StringIO(file.decode(), newline="")))
    day = next(one["day"] for one in rows if one["row"] == "report")
    figures = {one["control"]: one["figure"] for one in rows if one["row"] == "control"}
    heads = tuple(one["checkpoint"] for one in rows if one["row"] == "journal")
    return Stated(date.fromisoformat(day), figures, heads)


def _of_oscal(file: bytes) -> Stated:
    results = json.loads(file)["assessment-results"]
    meta = results["metadata"]
    figures = {
        one["title"].partition(" ")[0]: _prop(one, "figure")[0]
        for result in results["results"]
        for one in result.get("observations", ())
    }
    return Stated(date.fromisoformat(meta["version"]), figures, tuple(_prop(meta, "journal-checkpoint")))


def _prop(value: Any, name: str) -> list[str]:
    return [one["value"] for one in value["props"] if one["name"] == name]


class _Shown(HTMLParser):
    """The texts of the elements that matter."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: dict[str, list[str]] = {"h1": [], "id": [], "figure": [], "checkpoint": []}
        self._into = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name = tag if tag == "h1" else dict(attrs).get("class") or ""
        self._into = name if name in self.texts else ""
        if self._into:
            self.texts[self._into].append("")

    def handle_endtag(self, _tag: str) -> None:
        self._into = ""

    def handle_data(self, data: str) -> None:
        if self._into:
            self.texts[self._into][-1] += data


def _of_html(file: bytes) -> Stated:
    shown = _Shown()
    shown.feed(file.decode())
    shown.close()
    texts = shown.texts
    figures = dict(zip(texts["id"], texts["figure"], strict=True))
    return Stated(_day(texts["h1"][0]), figures, tuple(texts["checkpoint"]))


def _of_pdf(file: bytes) -> Stated:
    from pypdf import PdfReader  # noqa: PLC0415 -- only a PDF needs it
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    try:
        read = PdfReader(BytesIO(file))
        pages = [one.extract_text() for one in read.pages]
        title = str(read.metadata.title if read.metadata else "")
    except PyPdfError as error:
        raise ValueError from error
    figures: dict[str, str] = {}
    for said in (" ".join(page.split()) for page in pages):
        _, _, after = said.partition(FIGURES)
        for control, figure in _FIGURE.findall(after.partition(".")[0]):
            figures.setdefault(control, figure)
    heads = _CHECKPOINT.findall("".join(pages[0].split()))
    return Stated(_day(title), figures, tuple(heads))


def _day(title: str) -> date:
    found = _TITLE.search(title)
    return date.fromisoformat(found[1] if found else "")


_READERS: Final[tuple[tuple[bytes, Callable[[bytes], Stated]], ...]] = (
    (b"row,company,", _of_csv),
    (b"{", _of_oscal),
    (b"<!doctype html>", _of_html),
    (b"%PDF", _of_pdf),
)
