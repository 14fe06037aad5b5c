"""The assessment as lines of a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.assessing.assessment import Assessment
from limen.assessing.fed import FED
from limen.assessing.saying import LIMITS, TITLE, Said, figure_of
from limen.roadmap.model import Phase

TOLD_OF: Final = frozenset(control for control, _ in FED)
_MOST_LINES: Final = 10


def lines(found: Assessment, words: Said) -> Iterator[str]:
    """All of it, without line ends."""
    shown = found.roadmap.shown
    yield TITLE
    yield f"{len(found.seen)} of {len(shown)} controls seen, {found.roadmap.met} met. {LIMITS}"
    yield from _files(found)
    for phase in Phase:
        some = [one for one in shown if one.control.phase is phase]
        if some:
            yield ""
            yield f"Phase {int(phase)}: {phase.title}"
            for one in some:
                grade = one.measured.grade.word
                yield f"  {one.control.id:<4} {one.control.title}: {figure_of(one.measured)}, {grade}"
    yield ""
    yield "The next steps:" if words.steps else "The next step is to export something: nothing was seen yet."
    for number, (step, text) in enumerate(words.steps, 1):
        yield f"  {number}. {step.control.id} {step.control.title}: {text}"
    yield from _several("What else was seen:", [f"{about}: {text}" for about, text in words.seen])
    yield from _several("Where exports contradict each other:", [f"{name}: {why}" for _, name, why in words.against])
    if words.unseen:
        yield ""
        yield "Not seen; `limen assess --how` prints the commands:"
        for export, ids in words.unseen:
            yield f"  {export.title} ({export.minutes} min): {', '.join(ids)}"
    only = [one.control.id for one in shown if one.control.id not in TOLD_OF]
    if only:
        yield f"  only an installed Limen tells of {', '.join(only)}"


def _files(found: Assessment) -> Iterator[str]:
    yield ""
    for one in found.told.taken:
        yield f"  {one.name}: {one.kind.value}, {one.entries}"
    for name, why in found.told.left_out:
        yield f"  {name}: left out, {why}"


def _several(title: str, texts: list[str]) -> Iterator[str]:
    if texts:
        yield ""
        yield title
        yield from (f"  {one}" for one in texts[:_MOST_LINES])
        if len(texts) > _MOST_LINES:
            yield f"  and {len(texts) - _MOST_LINES} more (--json, --out)"
