"""Settings: every key of limen.toml with its value now, its sentence, and when a change of it counts. To read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from limen.company.revision import PUBLISHED_SETTINGS
from limen.settings import Settings
from limen.web.page import Menu, Page
from limen.web.permissions import READ
from limen.web.site import Site
from limen.web.visit import Authorized

PAGES: Final = (
    Page("/console/settings", "Settings", READ, Menu("Improve", 20, "settings"), hint="limen.toml, configuration"),
)

AT: Final = "/console/settings"
MOST_SHOWN: Final = 500
"""Letters of one value, and entries of one table."""
APPLY: Final = "`limen apply`: takes effect at once"
ZONE: Final = "`limen apply`: takes effect at once in policies, and on pages after a restart"
BOTH: Final = "`limen apply`, then a restart"
RESTART: Final = "a restart"
_CREDENTIALS: Final = re.compile(r"//[^/@]*@")


@dataclass(frozen=True, slots=True)
class Setting:
    """One key. `values` are its value now, in lines as the file has them; `usual` what it is where nothing is said.

    `is_said`: it is another than the usual one. `when` says what makes a change count; `pending` is what was published
    and does not count for this process yet.
    """

    key: str
    sentence: str
    values: tuple[str, ...]
    usual: str
    is_said: bool
    when: str
    pending: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the file. `name` is "" for the keys above all others."""

    name: str
    sentence: str
    settings: tuple[Setting, ...]


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get(AT)
    async def show(visit: Authorized) -> Response:
        company = site.ports.in_force.company
        published = company.settings if company is not None else None
        sections = sections_of(site.ports.settings, published)
        return site.page("console/settings.html", visit, sections=sections)

    return router


def sections_of(settings: Settings, published: Settings | None = None) -> list[Section]:
    """Everything that limen.toml may say, in the order of `limen.settings`, the keys above all others first."""
    fields = type(settings).model_fields
    parts = {name: value for name in fields if isinstance(value := getattr(settings, name), BaseModel)}
    own = _settings(settings, (name for name in fields if name not in parts), "", published)
    return [
        Section("", "The company itself.", tuple(own)),
        *(
            Section(
                name,
                " ".join((type(part).__doc__ or "").split()),
                tuple(_settings(part, type(part).model_fields, name, getattr(published, name, None))),
            )
            for name, part in parts.items()
        ),
    ]


def _settings(part: BaseModel, names: Iterable[str], section: str, published: object) -> Iterator[Setting]:
    for name in names:
        field, value = type(part).model_fields[name], getattr(part, name)
        when = when_of(section or name)
        newer = getattr(published, name, value) if when != RESTART else value
        shown = newer if when == APPLY else value
        usual = field.get_default(call_default_factory=True)
        yield Setting(
            key=field.alias or name,
            sentence=" ".join((field.description or "").split()),
            values=_lines(shown),
            usual="" if field.is_required() else ", ".join(_lines(usual)),
            is_said=field.is_required() or shown != usual,
            when=when,
            pending=_lines(newer) if newer != shown else (),
        )


def when_of(part: str) -> str:
    """What makes a change of this key or section count."""
    if part in {"groups", "networks"}:
        return APPLY
    if part == "time_zone":
        return ZONE
    return BOTH if part in PUBLISHED_SETTINGS else RESTART


def _lines(value: Any) -> tuple[str, ...]:
    """A value as people read it, a line for each entry of a table. No key holds a secret but a database's address."""
    if isinstance(value, Mapping):
        return tuple(f"{name}: {', '.join(_lines(one))}"[:MOST_SHOWN] for name, one in list(value.items())[:MOST_SHOWN])
    if isinstance(value, tuple | list | frozenset):
        return tuple(str(one)[:MOST_SHOWN] for one in list(value)[:MOST_SHOWN])
    if isinstance(value, bool):
        return ("true" if value else "false",)
    if value is None or value == "":
        return ()
    if isinstance(value, float):
        return (f"{value:g}",)
    return (_CREDENTIALS.sub("//…@", str(value))[:MOST_SHOWN],)
