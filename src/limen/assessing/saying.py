"""An assessment as plain values, with names of people or without them: what every form of it is written from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final

from limen.assessing.assessment import Assessment, is_of_limen
from limen.assessing.kinds import BY_KIND, Export
from limen.assessing.observations import observations
from limen.clock import to_iso
from limen.facts import Person
from limen.roadmap.model import Grade, Measured
from limen.roadmap.report.model import Line, PhasePage, Report
from limen.roadmap.report.redaction import Redaction
from limen.roadmap.report.rows import Around, report_of
from limen.roadmap.steps import Step

TITLE: Final = "Zero trust: the first roadmap, by exports alone"
LIMITS: Final = (
    "This is what exports say, and nobody tried or measured any of it. What is unknown is not met. A file that was not "
    "given can't be missed: it is contradicted only where another one tells of the same thing."
)
MOST_LISTED: Final = 200


@dataclass(frozen=True, slots=True)
class Said:
    """`report` has every control with what it misses; `steps`, `seen` and `against` are texts, with names taken out
    where they are left out.
    """

    report: Report
    steps: tuple[tuple[Step, str], ...]
    seen: tuple[tuple[str, str], ...]
    against: tuple[tuple[str, str, str], ...]
    unseen: tuple[tuple[Export, tuple[str, ...]], ...]


def said(found: Assessment, *, has_names: bool) -> Said:
    """`has_names`: people may be named."""
    people = _everybody(found)
    around = Around(company="the company", zone=UTC, day=found.roadmap.days[0].day, people=people, has_names=has_names)
    without = Redaction() if has_names else Redaction.of(people.values())
    openings = found.rules.worst if found.rules is not None else ()
    return Said(
        report_of(found.roadmap, around),
        tuple((one, step_text(one)) for one in found.steps),
        tuple((without(about), without(text)) for about, text in observations(found.told, openings)),
        tuple(_against(found, without, has_names=has_names)),
        tuple((BY_KIND[kind], ids) for kind, ids in found.unseen),
    )


def _everybody(found: Assessment) -> dict[str, Person]:
    """Everybody whom an export names, whether or not they have an account."""
    people = {one.person.id: one.person for one in found.evidence.members}
    for listed in found.told.people.values():
        people.setdefault(listed.address, Person(listed.address, listed.name, listed.address))
    for one in found.contradictions:
        if one.row.is_personal and "@" in one.row.name:
            people.setdefault(one.row.name, Person(one.row.name, "", one.row.name))
    for sign_in in found.told.sign_ins.values():
        if sign_in.user and sign_in.user.casefold() not in people:
            people[sign_in.user.casefold()] = Person(sign_in.user, "", sign_in.user)
    return people


def _against(found: Assessment, without: Redaction, *, has_names: bool) -> Iterator[tuple[str, str, str]]:
    """Those that are about people are counted by what they say, where people are not named."""
    counts: dict[tuple[str, str], int] = {}
    for control, row in found.contradictions:
        if row.is_personal and not has_names:
            key = control, without(row.why)
            counts[key] = counts.get(key, 0) + 1
        else:
            yield control, without(row.name), without(row.why)
    for (control, why), count in sorted(counts.items()):
        yield control, f"{count} not named", why


def step_text(step: Step) -> str:
    return f"{step.control.how} ({step.minutes} min; {step.missed} of {step.of} are not as they should be)"


def figure_of(measured: Measured) -> str:
    """The figure of what is worst, where all is known; else how much is known to be missed, if anything is."""
    worst = measured.worst
    if measured.grade is not Grade.UNKNOWN and worst is not None:
        return f"{worst.numerator}/{worst.denominator}"
    known = [one for one in measured.parts if one.is_known]
    if known:
        least = min(known, key=lambda one: one.share or 0.0)
        return f"{least.numerator}/{least.denominator} in {len(known)} of {len(measured.parts)} parts"
    seen = [one for one in measured.parts if one.misses and not is_of_limen(one)]
    if seen:
        most = max(seen, key=lambda one: one.denominator - one.numerator)
        return f"at most {most.numerator}/{most.denominator}"
    return "unknown"


def plain(found: Assessment, words: Said) -> dict[str, Any]:
    """As `--json` prints it."""
    figures = {one.control.id: figure_of(one.measured) for one in found.roadmap.shown}
    return {
        "at": to_iso(found.told.at),
        "names": words.report.has_names,
        "files": [{"file": one.name, "kind": one.kind, "entries": one.entries} for one in found.told.taken],
        "left_out": [{"file": name, "why": why} for name, why in found.told.left_out],
        "controls": [_control(page, line, figures[line.id]) for page in words.report.pages for line in page.lines],
        "steps": [
            {"control": one.control.id, "title": one.control.title, "how": one.control.how, "minutes": one.minutes}
            | {"missed": one.missed, "of": one.of}
            for one, _ in words.steps
        ],
        "seen": [{"about": about, "says": text} for about, text in words.seen],
        "contradictions": [
            {"control": control, "name": name, "why": why} for control, name, why in words.against[:MOST_LISTED]
        ],
        "export": [
            {
                "kind": one.kind,
                "title": one.title,
                "minutes": one.minutes,
                "controls": list(ids),
                "commands": [{"tool": tool, "command": command} for tool, command in one.commands],
            }
            for one, ids in words.unseen
        ],
    }


def _control(page: PhasePage, line: Line, figure: str) -> dict[str, Any]:
    return {
        "control": line.id,
        "phase": int(page.phase),
        "title": line.title,
        "figure": figure,
        "grade": line.grade.word,
        "is_met": all(one.is_met for one in line.parts) and bool(line.parts),
        "unknown": list(line.missing),
        "parts": [
            {
                "name": one.name,
                "grade": one.grade.word,
                "numerator": one.numerator if one.denominator else None,
                "denominator": one.denominator or None,
                "at_least": one.at_least,
                "unknown": one.missing,
                "missed": [{"name": each.name, "why": each.why, "count": each.count} for each in one.missed],
                "unlisted": one.unlisted,
            }
            for one in line.parts
        ],
    }


def how(exports: Iterable[Export], line: Callable[[str], str] = str) -> Iterator[str]:
    """What to export, in order, with the commands. None of them changes anything."""
    for number, one in enumerate(exports, 1):
        yield line(f"{number}. {one.title} ({one.minutes} min): {one.tells}")
        for tool, command in one.commands:
            yield line(f"   {tool}:")
            yield line(f"     {command}")
