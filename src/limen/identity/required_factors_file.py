"""`factors.yaml`: who must have which factor by when. Read with its lines; told as changes; and whom it concerns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Final

from limen.clock import Instant
from limen.configuration.problem import DECLARE_GROUP, Complaint, Problem, did_you_mean, shown, unknown
from limen.configuration.tree import Tree
from limen.facts import EVERYONE, Factor, FactStore, Needed, Person, RequiredFactor, RequiredFactors
from limen.facts.required_factors import NOTHING_REQUIRED, EnrolledFactors
from limen.pillar import Around, FolderFile, Touched

FACTORS: Final = "factors.yaml"
MOST_ROWS: Final = 50
_WRITTEN: Final = {"passkey": Needed.PASSKEY, "two factors": Needed.TWO_FACTORS}
_KEYS: Final = frozenset({"who", "factor", "by"})
_SAID: Final = {Needed.PASSKEY: "a passkey", Needed.TWO_FACTORS: "two factors"}
_EXAMPLE: Final = "write it as - {who: administrators, factor: passkey, by: 2026-12-31}"
_INITIAL: Final = """\
# Who must have which factor, and by when. Until the end of that day people are reminded when they sign in, and can
# postpone it; from then on nothing else opens to them until they have set it up.
#   who      a group of limen.toml, or everyone
#   factor   passkey (also a security key: nobody can phish it), or two factors (a password with a code, or a passkey)
#   by       a date, in the company's time zone
# `limen plan` names whom a change concerns, and `limen factors` who lacks what.
required: []
#  - {who: administrators, factor: passkey, by: 2026-12-31}
#  - {who: everyone, factor: two factors, by: 2027-01-31}
"""


def read(tree: Tree, around: Around) -> tuple[RequiredFactors | None, list[Problem]]:
    """What the file says, and all that is wrong with it."""
    plain, problems = tree.plain(), list[Problem]()
    if plain is None:
        return NOTHING_REQUIRED, []
    if not isinstance(plain, dict):
        return None, [Problem(FACTORS, *tree.at(), "the file is no mapping", "begin it with required:")]
    for key in plain.keys() - {"required"}:
        problems.append(Problem(FACTORS, *tree.key_at(key), *unknown("setting", str(key), {"required"})))
    rows = plain.get("required")
    if rows is None:
        rows = []
    if not isinstance(rows, list) or len(rows) > MOST_ROWS:
        what = f"required is not a list of at most {MOST_ROWS} rows"
        return None, [*problems, Problem(FACTORS, *tree.at("required"), what, _EXAMPLE)]
    found = [_row(tree, number, row, around, problems) for number, row in enumerate(rows)]
    known = [row for row in found if row is not None]
    problems += _said_twice(tree, known)
    return (
        RequiredFactors(tuple(sorted(known, key=lambda one: (one.who, one.needed)))) if not problems else None
    ), problems


def _row(tree: Tree, number: int, row: Any, around: Around, problems: list[Problem]) -> RequiredFactor | None:
    """One row; None where something is wrong with it, which is added to `problems`."""
    found = list(_wrong(row, around))
    problems += [Problem(FACTORS, *tree.at("required", number, *path), what, fix) for path, what, fix in found]
    if found:
        return None
    day = date.fromisoformat(row["by"])
    return RequiredFactor(row["who"], _WRITTEN[row["factor"]], row["by"], _end_of(day, around.zone))


def _wrong(row: Any, around: Around) -> Iterator[Complaint]:
    if not isinstance(row, dict):
        yield (), "this row is no mapping", _EXAMPLE
        return
    for key in sorted(map(str, row.keys() - _KEYS)):
        yield (key,), *unknown("setting", key, _KEYS)
    for key in sorted(_KEYS - row.keys()):
        yield (), f"this row doesn't say {key}", _EXAMPLE
    who, factor, by = (row.get(key, ...) for key in ("who", "factor", "by"))
    if who is not ... and not isinstance(who, str):
        yield ("who",), f"{shown(who)} is no group", "name a group of limen.toml, or everyone"
    elif isinstance(who, str) and who != EVERYONE and around.groups is not None and who not in around.groups:
        yield ("who",), *unknown("group", who, {*around.groups, EVERYONE}, DECLARE_GROUP)
    if factor is not ... and (not isinstance(factor, str) or factor not in _WRITTEN):
        yield ("factor",), f"{shown(factor)} is no factor", did_you_mean(str(factor), _WRITTEN)
    if by is not ... and not _is_day(by):
        yield ("by",), f"{shown(by)} is not a valid date", "write it as 2026-12-31"


def _is_day(by: object) -> bool:
    """Written as `2026-12-31`, and not so near to the end of time that there is no next day."""
    try:
        return isinstance(by, str) and bool(re.fullmatch(r"\d{4}-\d\d-\d\d", by)) and date.fromisoformat(by).year < 9999
    except ValueError:
        return False


def _end_of(day: date, zone: tzinfo) -> Instant:
    """The first instant after this day."""
    return int(datetime.combine(day + timedelta(days=1), time(), zone).timestamp()) * 1000


def _said_twice(tree: Tree, rows: Iterable[RequiredFactor]) -> Iterator[Problem]:
    seen: set[tuple[str, Needed]] = set()
    for row in rows:
        if (row.who, row.needed) in seen:
            what = f"there are two rows for {row.who} and {_SAID[row.needed]}"
            yield Problem(FACTORS, *tree.at("required"), what, "keep one of them")
        seen.add((row.who, row.needed))


def sentence(row: RequiredFactor) -> str:
    """`administrators must have a passkey by 2026-12-31`, for administrators."""
    return f"{row.who} must have {_SAID[row.needed]} by {row.by}"


def changes(old: RequiredFactors | None, new: RequiredFactors | None) -> Iterator[str]:
    """In one line each, what is other in the second."""
    was, now = (_by_key(one) for one in (old, new))
    for key, row in now.items():
        if key not in was:
            yield sentence(row)
        elif was[key] != row:
            yield f"{sentence(row)} (was {was[key].by})"
    for key, row in was.items():
        if key not in now:
            yield f"no longer required: {sentence(row)}"


def touches(
    old: RequiredFactors | None, new: RequiredFactors | None, people: Iterable[tuple[Person, frozenset[Factor]]]
) -> Iterator[Touched]:
    """Whom each change concerns: those who lack what is required, and those of whom it is required no longer."""
    everybody = [(person, factors) for person, factors in people if person.active]
    was, now = (_by_key(one) for one in (old, new))
    for key, row in now.items():
        if was.get(key) != row:
            about = [(person, factors) for person, factors in everybody if row.is_about(person)]
            lacking = tuple(person.id for person, factors in about if not row.is_met_by(factors))
            met = f"{len(about) - len(lacking)} of {len(about)} people have it already"
            yield Touched(f"{sentence(row)}, or nothing else opens to them; {met}", "still to set it up", lacking)
    for key, row in was.items():
        if key not in now:
            lacking = tuple(
                person.id for person, factors in everybody if row.is_about(person) and not row.is_met_by(factors)
            )
            yield Touched(f"no longer required: {sentence(row)}", "need it no longer", lacking)


def _by_key(required: RequiredFactors | None) -> Mapping[tuple[str, Needed], RequiredFactor]:
    return {(row.who, row.needed): row for row in (required or NOTHING_REQUIRED).rows}


def in_force(known: FactStore, required: RequiredFactors | None) -> None:
    known.set_required_factors(required or NOTHING_REQUIRED)


def must_enrol_at(required: RequiredFactors | None, person: Person, factors: frozenset[Factor]) -> Instant:
    """From when on somebody with these factors could do nothing but enrol (0: never)."""
    dues = (required or NOTHING_REQUIRED).dues_of(person, EnrolledFactors(factors))
    return dues[0].at if dues else 0


FILE: Final = FolderFile(
    name=FACTORS,
    kind=RequiredFactors,
    read=read,
    changes=changes,
    in_force=in_force,
    initial=_INITIAL,
    touches=touches,
)
