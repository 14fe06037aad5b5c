"""`detections:` in `monitor.yaml`: rules that others wrote, brought in by folder, and rules that are turned off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from limen.configuration.problem import Problem
from limen.configuration.shape import shaped_in_part
from limen.configuration.tree import Tree

SECTION: Final = "detections"
MOST_FOLDERS: Final = 10
MOST_OFF: Final = 1_000

Path = Annotated[str, Field(min_length=1, max_length=500)]
Name = Annotated[str, Field(pattern=r"^[\w.:-]{1,120}$")]


@dataclass(frozen=True, slots=True)
class DetectionRules:
    """`folders` are paths on the machine, as they are written; `off` are ids or names of rules."""

    folders: tuple[str, ...] = ()
    off: tuple[str, ...] = ()


class Detections(BaseModel):
    """Which rules find something, beside Limen's own and those in `detections/`."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True, validate_by_name=True
    )

    folders: Annotated[list[Path], Field(max_length=MOST_FOLDERS)] = []
    """Folders with Sigma rules on this machine, such as a checkout of SigmaHQ's `rules`. They are read
    again within seconds of a change; `limen detections check FOLDER` names those that are refused or slow."""
    off: Annotated[list[Name], Field(max_length=MOST_OFF)] = []
    """Rules that find nothing, by their IDs or names."""


def read(written: Mapping[str, Any], tree: Tree, file: str) -> tuple[DetectionRules, list[Problem]]:
    """The section, and all that is wrong with it, each with its line."""
    shape, problems = shaped_in_part(Detections, dict(written), tree, file, (SECTION,), {})
    if shape is None:
        return DetectionRules(), problems
    return DetectionRules(tuple(shape.folders), tuple(sorted(set(shape.off)))), problems


def changes(before: DetectionRules, after: DetectionRules) -> Iterator[str]:
    """One line for each thing that is other than before."""
    for path in sorted({*before.folders} ^ {*after.folders}):
        yield f"Rules in {path} are {'brought in' if path in after.folders else 'no longer brought in'}"
    for name in sorted({*before.off} ^ {*after.off}):
        yield f"Detection {name} is turned {'off' if name in after.off else 'on'}"
