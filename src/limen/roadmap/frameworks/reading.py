"""Reads the mapping: one TOML file in which nothing may be missing, double or unknown.

A mapping that is wrong would have a company answer a question with what does not answer it, so the file is refused as a
whole, saying where.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from limen.errors import LimenError
from limen.roadmap.frameworks.model import CONTROL_IDS, Framework, Group, HowFar, Item, Stage

FILE: Final = "mapping.toml"
LONGEST: Final = 300
"""Characters of a title or a note: an item is said in a line or two."""
_FIX: Final = f"mend {FILE}"


class MappingError(LimenError):
    """The file of frameworks can't be used as it is."""

    def __init__(self, where: str, wrong: str) -> None:
        super().__init__(f"{where}: {wrong}", _FIX)


class _Item(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    title: str
    controls: tuple[str, ...] = ()
    how_far: HowFar | None = None
    note: str = ""
    open: str = ""
    stage: Stage | None = None
    unchecked: bool | None = None


class _Group(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    items: tuple[_Item, ...]


class _Framework(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    title: str
    publisher: str
    version: str
    source: str
    published: date
    mapped: date
    checked: str
    unchecked: bool
    """For the items that don't say it themselves."""
    group: tuple[_Group, ...]
    note: str = ""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    framework: tuple[_Framework, ...]


@cache
def frameworks() -> tuple[Framework, ...]:
    """Those that come with Limen. They change with its version only."""
    return read_frameworks(files(__package__).joinpath(FILE).read_bytes())


def read_frameworks(file: bytes) -> tuple[Framework, ...]:
    """All frameworks of a file. Raises MappingError, saying where the file is wrong."""
    try:
        written = msgspec.convert(tomllib.loads(file.decode()), _File)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise MappingError(FILE, str(error)) from None
    _refuse_double("frameworks", FILE, (one.id for one in written.framework))
    return tuple(_framework(one) for one in written.framework)


def _framework(one: _Framework) -> Framework:
    for name in ("id", "title", "publisher", "version", "source", "checked"):
        _refuse_unfit(one.id or FILE, name, getattr(one, name))
    if one.mapped < one.published:
        raise MappingError(one.id, "it was mapped before it was published")
    _refuse_double("groups", one.id, (group.title for group in one.group))
    _refuse_double("items", one.id, (item.id for group in one.group for item in group.items))
    groups = tuple(
        Group(group.title, tuple(_item(item, one) for item in group.items)) for group in one.group if group.items
    )
    if len(groups) != len(one.group) or not groups:
        raise MappingError(one.id, "a group of it has no items")
    return Framework(
        id=one.id,
        title=one.title,
        publisher=one.publisher,
        version=one.version,
        source=one.source,
        published=one.published,
        mapped=one.mapped,
        checked=one.checked,
        note=one.note,
        groups=groups,
    )


def _item(one: _Item, framework: _Framework) -> Item:
    where = f"{framework.id} {one.id}"
    for wrong in _wrong(one):
        raise MappingError(where, wrong)
    _refuse_unfit(where, "id", one.id)
    _refuse_unfit(where, "title", one.title)
    _refuse_double("controls", where, one.controls)
    return Item(
        id=one.id,
        title=one.title,
        controls=one.controls,
        how_far=one.how_far,
        note=one.note,
        open_to=one.open,
        stage=one.stage,
        is_unchecked=framework.unchecked if one.unchecked is None else one.unchecked,
    )


def _wrong(one: _Item) -> Iterator[str]:
    """What is wrong with how an item is answered."""
    for control in one.controls:
        if control not in CONTROL_IDS:
            yield f"there is no control {control!r}"
    if one.controls and one.how_far is None:
        yield "it says not how far its controls answer it"
    if one.controls and one.open:
        yield "it has controls, and says that there are none"
    if not one.controls and (one.how_far is not None or not one.open):
        yield "no control answers it, so `open` has to say who does"
    if one.how_far is HowFar.PART and not one.note:
        yield "its controls answer a part of it, so `note` has to say which"
    if max(len(one.note), len(one.open)) > LONGEST:
        yield "what it says is too long"


def _refuse_unfit(where: str, name: str, text: str) -> None:
    if not text.strip() or text != text.strip() or len(text) > LONGEST:
        raise MappingError(where, f"its {name} is missing, too long, or has spaces around it")


def _refuse_double(what: str, where: str, ids: Iterable[str]) -> None:
    double = [one for one, count in Counter(ids).items() if count > 1]
    if double:
        raise MappingError(where, f"{what} are there twice: {', '.join(double)}")
