"""`risk:` in `monitor.yaml`: how long what was found counts, and how much of it where nobody proves who says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from limen.clock import DAY, HOUR
from limen.configuration.lengths import Length, length_of, length_text
from limen.configuration.problem import Problem
from limen.configuration.shape import shaped_in_part
from limen.configuration.tree import Tree
from limen.monitor.risk.rules import RiskRules

SECTION: Final = "risk"
LONGEST: Final = 3 * DAY


class Risk(BaseModel):
    """How what was found becomes a risk. `risk:` in `monitor.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    half_life: Length = "24h"
    """After this time a finding counts for half: `12h`, `3d`; an hour to three days."""
    unproven_at_most: Annotated[int, Field(ge=0, le=69)] = 39
    """What rests on sources that can't prove themselves (syslog over UDP or TCP) comes to no more than this, and is not
    added to what is proven. 39 is below 40, from which the baseline asks for a passkey: whoever has none would be
    locked out by lines that anybody can send. From 70 it refuses."""


def read(written: Mapping[str, Any], tree: Tree, file: str) -> tuple[RiskRules, list[Problem]]:
    """The rules, and all that is wrong with them, each with its line."""
    shape, problems = shaped_in_part(Risk, written, tree, file, (SECTION,), {})
    if shape is None:
        return RiskRules(), problems
    if not HOUR <= length_of(shape.half_life) <= LONGEST:
        what = "half of a finding is gone after an hour at least, and three days at most"
        problems.append(Problem(file, *tree.at(SECTION, "half_life"), what, "write a length such as 24h"))
    return RiskRules(length_of(shape.half_life), shape.unproven_at_most), problems


def changes(before: RiskRules, after: RiskRules) -> Iterator[str]:
    """One line for each thing that is other than before."""
    if before.half_life_ms != after.half_life_ms:
        length, was_length = length_text(after.half_life_ms), length_text(before.half_life_ms)
        yield f"A finding counts for half after {length} (was {was_length})"
    if before.unproven_at_most != after.unproven_at_most:
        was, now = before.unproven_at_most, after.unproven_at_most
        yield f"What nobody proves comes to a risk of {now} at most (was {was})"
