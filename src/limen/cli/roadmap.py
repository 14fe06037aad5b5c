"""`limen roadmap`: how far the company is with zero trust, measured now: four phases, and what their controls miss."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from limen.cli import roadmap_frameworks, roadmap_stated
from limen.cli.open_company import Opened, opened
from limen.cli.options import JsonLines, MisusedError, refuse_unknown
from limen.cli.output import counted
from limen.clock import Instant, SystemClock, to_iso
from limen.identity.days import today
from limen.roadmap.areas import of_company
from limen.roadmap.catalogue import BY_ID
from limen.roadmap.model import Grade, Part, Row
from limen.roadmap.reading import read
from limen.roadmap.roadmap import Roadmap, Shown, kept_in, roadmap
from limen.roadmap.sources import Sources


def run(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TASK [NAME]] [DIR]",
            help="frameworks or questionnaire, and which: insurer, cyber-essentials, cis-ig1, nis2, nist-800-207, "
            "iso-27001 or cisa-ztmm. Then the company folder",
        ),
    ] = None,
    *,
    control: Annotated[str, typer.Option(help="Only this control, with the rows that are missed: I2")] = "",
    as_json: JsonLines = False,
    names: Annotated[
        bool, typer.Option("--names", help="Name people, too: without this they are only counted")
    ] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="With questionnaire: print CSV")] = False,
    state: Annotated[
        str,
        typer.Option(
            help="State what no source can tell: "
            f"{', '.join(one.name for one in of_company())}, or recovery_key:ROW with a row of D4"
        ),
    ] = "",
    by: Annotated[str, typer.Option(help="With --state and --take-back: the email address of whoever says so")] = "",
    why: Annotated[str, typer.Option(help="With --state: how you know, so that an auditor understands it")] = "",
    days: Annotated[int, typer.Option(help="With --state: how long it holds, 365 at most")] = 90,
    take_back: Annotated[str, typer.Option(help="Take back the statement with this ID")] = "",
    stated: Annotated[bool, typer.Option("--stated", help="List what is stated, and what became of it")] = False,
) -> None:
    task, *given = words or [""]
    if task in roadmap_frameworks.TASKS:
        if control or names:
            raise MisusedError("--control and --names are for the roadmap itself")
        roadmap_frameworks.run(task, given, _measured, as_json=as_json, as_csv=as_csv)
        return
    if as_csv:
        raise MisusedError("--csv is for `limen roadmap questionnaire`")
    if given:
        raise MisusedError(f"`limen roadmap` can't {task[:40]!r}", f"try {' or '.join(roadmap_frameworks.TASKS)}")
    folder = Path(task)
    if state or take_back or stated:
        asked = roadmap_stated.Asked(state, by, why, days, take_back, is_list=stated)
        roadmap_stated.run(folder, asked, with_names=names, as_json=as_json)
        return
    chosen = control.strip().upper()
    refuse_unknown("control", [chosen] if chosen else [], BY_ID)
    with opened(folder) as here:
        found = _measured(here, SystemClock().now())
    shown = tuple(one for one in found.shown if not chosen or one.control.id == chosen)
    for one in shown if as_json or chosen else ():
        print(json.dumps(_plain(one, with_names=names))) if as_json else _print_rows(one, with_names=names)
    if not (as_json or chosen):
        _print(found)


def _measured(here: Opened, now: Instant) -> Roadmap:
    """How it stands now. It is only read: nothing of this look is kept."""
    sources = Sources(
        here.root, here.settings, here.in_force_or_none(), here.database, here.keyring(), here.reader, now
    )
    evidence = read(sources, lambda: None)
    kept = here.database.read(lambda snapshot: kept_in(snapshot, here.settings, now))
    return roadmap(evidence, kept, today(here.settings, now))


# As text


def _print(found: Roadmap) -> None:
    print(f"{found.met} of {counted(len(found.shown), 'control')} met")
    for phase in found.phases:
        some = [one for one in found.shown if one.control.phase is phase.phase]
        met = sum(one.measured.is_met for one in some)
        closed = ", closed" if phase.is_closed else ""
        print(f"\nPhase {phase.phase:d}: {phase.phase.title} ({met} of {len(some)} met{closed})")
        for one in some:
            print(f"  {_line(one)}")
    waiting = _waiting(found.shown)
    if waiting:
        print("\nConnect first, what most controls wait for at the top:")
    for missing, ids in waiting:
        print(f"  {missing} ({', '.join(ids)})")


def _line(shown: Shown) -> str:
    control, measured = shown.control, shown.measured
    parts = [
        f"{_state(shown):<8} {control.id:<4} {control.title}: {_figure(shown)}",
        measured.grade.word if measured.grade is not Grade.UNKNOWN else "",
        f"held {counted(shown.held, 'day')}" if measured.is_met and not shown.standing.is_closed else "",
        f"{len(shown.excepted)} excepted" if shown.excepted else "",
        "" if control.is_must else "not needed to close",
    ]
    return ", ".join(one for one in parts if one)


def _state(shown: Shown) -> str:
    if shown.measured.is_met:
        return "closed" if shown.standing.is_closed else "met"
    if shown.left_out is not None:
        return "left out"
    return "unknown" if shown.measured.grade is Grade.UNKNOWN else "not met"


def _figure(shown: Shown) -> str:
    worst = shown.measured.worst
    if worst is None or shown.measured.grade is Grade.UNKNOWN:
        return "unknown"
    asked = "" if worst.at_least >= 1.0 else f" ({worst.at_least:.0%} asked)"
    return f"{worst.numerator}/{worst.denominator}{asked}"


def _waiting(shown: Iterable[Shown]) -> list[tuple[str, list[str]]]:
    """What to connect first, and for which controls; what most of them wait for first."""
    waiting: dict[str, list[str]] = {}
    for one in shown:
        for missing in one.measured.missing:
            waiting.setdefault(missing, []).append(one.control.id)
    return sorted(waiting.items(), key=lambda one: (-len(one[1]), one[0]))


def _print_rows(shown: Shown, *, with_names: bool) -> None:
    control = shown.control
    print(_line(shown))
    print(f"  {control.demands}\n  Closes at: {control.closes}\n  Next ({control.minutes} min): {control.how}")
    for part in shown.measured.parts:
        figure = f"{part.numerator}/{part.denominator}" if part.is_known else "unknown"
        print(f"\n{part.name}: {figure}, {part.grade.word}")
        if part.missing:
            print(f"  connect first: {part.missing}")
        for line in _missed(part, shown, with_names=with_names):
            print(f"  {line}")


def _missed(part: Part, shown: Shown, *, with_names: bool) -> Iterator[str]:
    unnamed = [row for row in part.misses if row.is_personal and not with_names]
    for row in part.misses:
        if row.is_personal and not with_names:
            continue
        times = f" × {row.count}" if row.count > 1 else ""
        until = shown.excepted.get(row.id)
        said = f", excepted until {to_iso(until)}" if until else ""
        yield f"{row.name or row.id}{times}: {row.why or 'missed'}{said}"
    for why, number in Counter(row.why for row in unnamed).most_common():
        yield f"{number} not named (--names): {why or 'missed'}"


# As JSON


def _plain(shown: Shown, *, with_names: bool) -> dict[str, Any]:
    control, measured, worst = shown.control, shown.measured, shown.measured.worst
    is_known = worst is not None and measured.grade is not Grade.UNKNOWN
    return {
        "control": control.id,
        "phase": int(control.phase),
        "title": control.title,
        "is_must": control.is_must,
        "is_met": measured.is_met,
        "grade": measured.grade.word,
        "numerator": worst.numerator if worst and is_known else None,
        "denominator": worst.denominator if worst and is_known else None,
        "at_least": worst.at_least if worst and is_known else None,
        "held_days": shown.held,
        "closed_at": _when(shown.standing.closed_at),
        "excepted": len(shown.excepted),
        "left_out_until": _when(shown.left_out.until if shown.left_out else 0),
        "connect_first": list(measured.missing),
        "measured_at": to_iso(measured.at),
        "parts": [_plain_part(one, shown, with_names=with_names) for one in measured.parts],
    }


def _plain_part(part: Part, shown: Shown, *, with_names: bool) -> dict[str, Any]:
    return {
        "name": part.name,
        "is_met": part.is_met,
        "grade": part.grade.word,
        "numerator": part.numerator if part.is_known else None,
        "denominator": part.denominator if part.is_known else None,
        "at_least": part.at_least,
        "connect_first": part.missing,
        "rows": len(part.rows),
        "missed": [_plain_row(row, shown, with_names=with_names) for row in part.misses],
    }


def _plain_row(row: Row, shown: Shown, *, with_names: bool) -> dict[str, Any]:
    named = {"id": row.id, "name": row.name, "page": row.page} if with_names or not row.is_personal else {}
    return {**named, "why": row.why, "count": row.count, "excepted_until": _when(shown.excepted.get(row.id, 0))}


def _when(at: Instant) -> str | None:
    return to_iso(at) if at else None
