"""`signals` and `sources` in `devices.yaml` name sources in one way: a mapping from their names to what they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from limen.configuration.problem import Complaint, Problem, shown
from limen.configuration.shape import shaped_in_part
from limen.configuration.tree import Tree

MOST: Final = 20
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,29}")

S = TypeVar("S", bound=BaseModel)


def read_named(
    model: type[S],
    section: str,
    written: Mapping[str, Any],
    tree: Tree,
    file: str,
    complaints: Callable[[S], Iterator[Complaint]],
) -> tuple[dict[str, S], list[Problem]]:
    """What stands below `section`, by name, and all that is wrong with it, each with its line."""
    if len(written) > MOST:
        what = f"there are more than {MOST} sources below `{section}`"
        return {}, [Problem(file, *tree.at(section), what, "remove some, or let one pass on what others say")]
    found: dict[str, S] = {}
    problems: list[Problem] = []
    for name, body in written.items():
        above = (section, name)
        if not _NAME.fullmatch(name):
            fix = "use lowercase letters, digits and hyphens, at most 30"
            problems.append(Problem(file, *tree.key_at(*above), f"{shown(name)} can't be a source's name", fix))
            continue
        shape, wrong = shaped_in_part(model, body or {}, tree, file, above, {})
        problems += wrong
        if shape is not None:
            problems += [Problem(file, *tree.at(*above, *at), what, fix) for at, what, fix in complaints(shape)]
            found[name] = shape
    return found, problems
