"""How the report says things, the same in every form for people. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import Final

from limen.messages import times
from limen.roadmap.report.model import Answer, Held, Line, Missed, PartLine, Report

HOW_TO_VERIFY: Final = (
    "This file is signed. Whoever has the company's public key verifies it offline: `limen report --verify FILE --key "
    "KEY`; or, with the signature that lies beside it, `openssl pkeyutl -verify -rawin -pubin -inkey KEY.pem -in FILE "
    "-sigfile FILE.sig`."
)
GRADES: Final = (
    "Grades of evidence, from the best: measured (Limen saw it happen), probed (Limen tried it), imported (another "
    "system says so), attested (a person said so). Unknown is not met."
)
ANSWERS: Final = (
    "Yes: met on 14 days in a row, and still met. Partly: met by now, or by some of what is counted. No: not met, or "
    "not known."
)


def heading(report: Report) -> Iterator[str]:
    """What the report is, in a few sentences."""
    yield f"Made {times.exact(report.at, report.zone)} for {report.company} by Limen."
    revision = report.revision or "none: nothing was published yet"
    yield f"Revision of the rules in force: {revision}."
    yield "People are named in it." if report.has_names else "Names of people are left out."
    yield ANSWERS
    yield GRADES


def summary(report: Report) -> Iterator[tuple[str, ...]]:
    """A row for each phase: its title, whether it is closed, and how often each answer was given."""
    for page in report.pages:
        counts = (str(page.answered(one)) for one in Answer)
        yield (f"{int(page.phase)}. {page.title}", "closed" if page.is_closed else "open", *counts)


def held(one: Held) -> str:
    if one.since is None or one.until is None:
        return "not yet"
    days = "1 day" if one.days == 1 else f"{one.days} days"
    return f"{days}, {one.since.isoformat()} to {one.until.isoformat()}"


def journaled(line: Line) -> str:
    """What the journal has for the day, where it is not the figure itself; else ""."""
    if not line.journaled:
        return "the journal has no figure of this day yet"
    return "" if line.figure == line.journaled else f"at the day's first look: {line.journaled}"


def details(line: Line, zone: tzinfo) -> Iterator[str]:
    """What is missing, missed and excepted, a sentence each."""
    yield from (f"Not known: {one}." for one in line.missing)
    for part in line.parts:
        if part.denominator:
            yield f"{part.name}: {part.numerator} of {part.denominator}, at least {part.at_least:.0%} is asked."
        yield from (f"- {_missed(one, zone)}" for one in part.missed)
        if part.unlisted:
            yield f"- and {part.unlisted} more"
    for one in line.exceptions:
        what = f"Excepted: {one.row}" if one.row else "The company leaves this out"
        by = f", decided by {one.by}" if one.by else ""
        yield f"{what}, until {times.day(one.until, zone)}{by}: {one.why}; in its place: {one.compensation}"


def _missed(one: Missed, zone: tzinfo) -> str:
    count = f"{one.count} " if one.count > 1 or not one.name else ""
    why = f"{one.why or 'not as it should be'}"
    excepted = f" (excepted until {times.day(one.excepted_until, zone)})" if one.excepted_until else ""
    return f"{count}{one.name}: {why}{excepted}" if one.name else f"{count}not named: {why}{excepted}"


def part_figure(part: PartLine) -> str:
    """`9/10 imported`, `unknown`: as the journal has figures."""
    return f"{part.numerator}/{part.denominator} {part.grade.word}" if part.grade else part.grade.word
