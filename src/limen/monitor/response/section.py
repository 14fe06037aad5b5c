"""`playbooks:` in `monitor.yaml`: what may happen by itself after an alert. Without it nothing does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from limen.clock import HOUR, MINUTE
from limen.configuration.differing import differing
from limen.configuration.lengths import Length, length_of
from limen.configuration.named_sources import read_named
from limen.configuration.problem import Complaint, Problem
from limen.configuration.tree import Tree
from limen.monitor.detections.hit import Level
from limen.monitor.response.model import LASTS, LONGEST, Doing
from limen.monitor.response.rules import MOST_AN_HOUR, SURE, Playbook

SECTION: Final = "playbooks"
_SAYS: Final = {
    Doing.STEP_UP: "asks for a passkey again",
    Doing.END_SESSIONS: "ends what is signed in",
    Doing.QUARANTINE: "puts the device in quarantine",
    Doing.DISABLE: "suspends the account",
}


class Book(BaseModel):
    """What may happen by itself. `playbooks:` in `monitor.yaml` has one of these for each, by the word that rules ask
    for it with (`response:` of a rule), or by a name of your own with `rules`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    does: Literal["step_up", "end_sessions", "quarantine", "disable"]
    """`step_up`: they confirm their identity again. `end_sessions`: what is signed in ends. `quarantine`: the device
    opens nothing. `disable`: the account is suspended. Each can be taken back, and each ends."""
    rules: Annotated[list[Annotated[str, Field(min_length=1, max_length=120)]], Field(max_length=100)] = []
    """The ids of rules that it is done for, besides those that ask for it by its name."""
    at: Literal["medium", "high", "critical"] = "high"
    """For findings that are at least so bad."""
    confidence: Annotated[int, Field(ge=50, le=100)] = SURE
    """For rules that are at least so sure."""
    lasts: Length | None = None
    """How long it goes on, ten minutes to 30 days; half a day for `step_up`, a day for others."""
    at_most: Annotated[int, Field(ge=1, le=50)] = MOST_AN_HOUR
    """To so many people (or owners of devices) an hour and no more; then people are told at once to act instead. Where
    nobody with the same groups was acted on it may be three more, so that accounts which open little use up nothing."""


def read(written: Mapping[str, Any], tree: Tree, file: str) -> tuple[tuple[Playbook, ...], list[Problem]]:
    """The playbooks, and all that is wrong with them, each with its line."""
    shapes, problems = read_named(Book, SECTION, written, tree, file, _complaints)
    return tuple(_playbook(name, shape) for name, shape in shapes.items()), problems


def changes(before: tuple[Playbook, ...], after: tuple[Playbook, ...]) -> Iterator[str]:
    """One line for each thing that is other than before."""
    for name, was, now in differing({one.name: one for one in before}, {one.name: one for one in after}):
        if now is None:
            yield f"The playbook {name} does nothing any more"
        elif was is None:
            yield f"The playbook {name} {_SAYS[now.does]} by itself"
        else:
            yield f"The playbook {name} works differently: it {_SAYS[now.does]}"


def _playbook(name: str, shape: Book) -> Playbook:
    does = Doing(shape.does)
    return Playbook(
        name=name,
        does=does,
        lasts_ms=length_of(shape.lasts) if shape.lasts else LASTS[does],
        rules=tuple(shape.rules),
        at_level=Level(shape.at),
        confidence=shape.confidence,
        most_an_hour=shape.at_most,
    )


def _complaints(shape: Book) -> Iterator[Complaint]:
    if shape.lasts is None:
        return
    if not LASTS[Doing(shape.does)]:
        yield ("lasts",), "what is signed in ends at once; there is nothing that lasts", "remove it"
    elif not 10 * MINUTE <= length_of(shape.lasts) <= LONGEST:
        yield (
            ("lasts",),
            "it goes on for ten minutes at least, and 30 days at most",
            f"write {LASTS[Doing.STEP_UP] // HOUR}h",
        )
