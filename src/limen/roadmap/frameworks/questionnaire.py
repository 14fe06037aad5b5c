"""The items of a framework as questions, each answered from evidence: yes, partly, no, or open. Pure.

Yes is for an item that is answered in full by controls of which each is closed, still met, and misses nothing: a
control may allow some rows to be missed, and the question of somebody else seldom does. What is unknown is never yes,
and what no control answers is open: Limen says nothing about it, and who does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from limen.clock import Instant
from limen.printable import visible
from limen.roadmap.frameworks.coverage import Cover, cover_of
from limen.roadmap.frameworks.model import Framework, HowFar, Item
from limen.roadmap.holding import HOLD_DAYS
from limen.roadmap.model import Grade, Measured
from limen.roadmap.report.model import Answer
from limen.roadmap.report.rows import LONGEST, answer as report_answer
from limen.roadmap.roadmap import Shown


class Reply(StrEnum):
    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    OPEN = "open"
    """No control answers it."""


@dataclass(frozen=True, slots=True)
class Support:
    """What one control has to say to an item. `title` is "" where it is not measured by this version of Limen.

    `is_met` is now, `is_closed` after it was met long enough, `held` on how many days in a row it was met.
    `figure` is that of its worst part: `12 of 14`, or "" where it is not known. `missed` counts rows of all its parts,
    `excepted` how many of them are excepted; `left_out_until` is 0 where nobody left out the control. `connect` says
    what to connect first.
    """

    control: str
    title: str
    answer: Answer
    grade: Grade
    is_met: bool = False
    is_closed: bool = False
    held: int = 0
    figure: str = ""
    missed: int = 0
    excepted: int = 0
    left_out_until: Instant = 0
    connect: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """An item with its reply, what its controls say, and a text that is true."""

    item: Item
    cover: Cover
    reply: Reply
    grade: Grade
    supports: tuple[Support, ...]
    said: str


def _as_it_is(text: str) -> str:
    return text


def questionnaire(
    framework: Framework, shown: Mapping[str, Shown], redact: Callable[[str], str] = _as_it_is
) -> tuple[Answered, ...]:
    """Every item in the framework's order, answered by these controls, by their ids.

    `redact` takes people out of what a silent source is called.
    """
    return tuple(answered(one, shown, redact) for one in framework.items)


def answered(item: Item, shown: Mapping[str, Shown], redact: Callable[[str], str] = _as_it_is) -> Answered:
    supports = tuple(_support(one, shown.get(one), redact) for one in item.controls)
    reply = _reply(item, supports)
    grade = min((one.grade for one in supports), default=Grade.UNKNOWN)
    said = " ".join(_said(item, reply, supports))
    return Answered(item, cover_of(item, shown), reply, grade, supports, said)


def _support(control: str, shown: Shown | None, redact: Callable[[str], str]) -> Support:
    if shown is None:
        return Support(control, "", Answer.NO, Grade.UNKNOWN)
    measured, left_out = shown.measured, shown.left_out
    return Support(
        control=control,
        title=shown.control.title,
        answer=_answer(measured, is_closed=shown.standing.is_closed),
        grade=measured.grade,
        is_met=measured.is_met,
        is_closed=shown.standing.is_closed,
        held=min(shown.held, HOLD_DAYS),
        figure=_figure(measured),
        missed=_missed(measured),
        excepted=len(shown.excepted),
        left_out_until=left_out.until if left_out is not None else 0,
        connect=tuple(visible(redact(one))[:LONGEST] for one in measured.missing),
    )


def _answer(measured: Measured, *, is_closed: bool) -> Answer:
    """As the report answers, but nothing may be missed for a yes."""
    found = report_answer(measured, is_closed=is_closed)
    return Answer.PARTLY if found is Answer.YES and _missed(measured) else found


def _reply(item: Item, supports: tuple[Support, ...]) -> Reply:
    if not supports:
        return Reply.OPEN
    answers = {one.answer for one in supports}
    if answers == {Answer.NO}:
        return Reply.NO
    return Reply.YES if answers == {Answer.YES} and item.how_far is HowFar.FULL else Reply.PARTLY


def _figure(measured: Measured) -> str:
    worst = measured.worst
    if worst is None or measured.grade is Grade.UNKNOWN:
        return ""
    return f"{worst.numerator:,} of {worst.denominator:,}"


def _missed(measured: Measured) -> int:
    return sum(row.count for part in measured.parts for row in part.misses)


def _said(item: Item, reply: Reply, supports: tuple[Support, ...]) -> Iterator[str]:
    if reply is Reply.OPEN:
        yield f"Limen has no evidence of it. Who answers: {item.open_to}"
        return
    is_unknown = all(one.grade is Grade.UNKNOWN for one in supports)
    yield "No: it is not known." if is_unknown else f"{reply.value.capitalize()}."
    yield from (_of(one) for one in supports)
    if item.how_far is HowFar.PART:
        yield f"These controls answer a part of the question. {item.note}"
    elif item.note:
        yield item.note


def _of(one: Support) -> str:
    """What one control says, in a sentence or two."""
    if not one.title:
        return f"{one.control} is not measured yet."
    name = f"{one.control} {one.title}"
    left_out = " The company leaves it out for now." if one.left_out_until else ""
    if one.grade is Grade.UNKNOWN:
        connect = f": {'; '.join(one.connect)}" if one.connect else ""
        return f"{name}: not known{connect.rstrip('.')}.{left_out}"
    missed = f"; {one.missed:,} missed" if one.missed else ""
    allowed = ", as many as the control allows" if one.missed and one.is_met else ""
    excepted = f", {one.excepted} excepted" if one.excepted else ""
    return f"{name}: {one.figure}, {one.grade.word}{_held(one)}{missed}{allowed}{excepted}.{left_out}"


def _held(one: Support) -> str:
    if not one.is_met:
        return ""
    if one.is_closed:
        return f", closed after {HOLD_DAYS} days in a row"
    return f", met on {one.held} of {HOLD_DAYS} days so far"
