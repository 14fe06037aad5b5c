"""`limen roadmap --state` and `--take-back`: what no source can tell, stated by somebody; and the list of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from limen.cli.open_company import Opened, opened
from limen.clock import DAY, Instant, SystemClock, to_iso
from limen.errors import LimenError
from limen.identity.model import PersonStatus
from limen.identity.store import people
from limen.roadmap import store
from limen.roadmap.areas import AREAS
from limen.roadmap.statements import Statement
from limen.roadmap.stating import state, take_back


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options say: `state` and `take_back` as they were typed ("": neither), `by` whom, `why`, for `days`."""

    state: str
    by: str
    why: str
    days: int
    take_back: str
    is_list: bool


def run(folder: Path, asked: Asked, *, with_names: bool, as_json: bool) -> None:
    """Raises LimenError."""
    now = SystemClock().now()
    with opened(folder) as here:
        if asked.state:
            make(here, asked.state, asked.why, asked.days, asked.by, now)
        if asked.take_back:
            end(here, asked.take_back, asked.by, now)
        if asked.is_list:
            show(here, now, with_names=with_names, as_json=as_json)


def make(here: Opened, said: str, why: str, days: int, by: str, now: Instant) -> None:
    """`said` is an area, or an area, a colon and the row that it is about; `by` somebody's email address.

    Raises LimenError.
    """
    area, _, subject = said.partition(":")
    who = _person(here, by)
    one = here.database.write(lambda to: state(to, area, subject, why=why, lasts=days * DAY, now=now, by=who))
    print(f"Stated until {to_iso(one.until)[:10]}: {AREAS[area].says} ({one.id})")


def end(here: Opened, statement_id: str, by: str, now: Instant) -> None:
    """Raises LimenError."""
    who = _person(here, by)
    one = here.database.write(lambda to: take_back(to, statement_id, now=now, by=who))
    print(f"Taken back: {AREAS[one.area].says if one.area in AREAS else one.area}")


def show(here: Opened, now: Instant, *, with_names: bool, as_json: bool) -> None:
    """All of them, the newest first. A row that one is about can be somebody's device: without names it is left out."""
    every = here.database.read(lambda snapshot: store.statements(snapshot.connection))
    for one in every:
        plain = _plain(one, now, with_names=with_names)
        print(json.dumps(plain) if as_json else _line(one, plain))
    if not every and not as_json:
        print(f"Nothing is stated. What can be: {', '.join(AREAS)} (--state)")


def _person(here: Opened, address: str) -> str:
    """Whoever states something answers for it by name."""
    members = here.database.read(lambda snapshot: people.members(snapshot.connection))
    for one in members:
        if address and one.person.email.casefold() == address.casefold() and one.status is PersonStatus.ACTIVE:
            return one.person.id
    raise LimenError("nobody who is active has this email address", "say with --by who states it: ada@harbor.example")


def _plain(one: Statement, now: Instant, *, with_names: bool) -> Mapping[str, object]:
    return {
        "id": one.id,
        "area": one.area,
        "subject": one.subject if with_names else "",
        "why": one.why,
        "state": _state(one, now),
        "until": to_iso(one.until),
        "contradicted_by": one.contradicted_by,
    }


def _state(one: Statement, now: Instant) -> str:
    if one.contradicted_at:
        return "contradicted"
    return "taken back" if one.ended_at else "counts" if one.counts(now) else "over"


def _line(one: Statement, plain: Mapping[str, object]) -> str:
    says = AREAS[one.area].says if one.area in AREAS else one.area
    about = f" [{plain['subject']}]" if plain["subject"] else ""
    against = f": {one.contradicted_by}" if one.contradicted_by else ""
    return f"{one.id}  {plain['state']}{against}, until {str(plain['until'])[:10]}  {says}{about} ({one.why})"
