"""Benches in parts: each part gives figures, and beside a figure stands what it is held against."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

Bounds = Mapping[str, tuple[str, float]]
"""By the name of a figure: `>=` or `<=`, and the bound."""
Figures = dict[str, float]


def figures_of(parts: Mapping[str, Callable[[], Figures]], only: str | None) -> Figures:
    """The figures of all parts, or of one."""
    found: Figures = {}
    for name, part in parts.items():
        if only in (None, name):
            found |= part()
    return found


def show(found: Figures, bounds: Bounds, *, as_json: bool) -> None:
    """Print them: for people a line each, with its bound; else all of them as one object."""
    if as_json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"  {name:<32}{value:>12,}{_beside(bounds, name, value)}")


def _beside(bounds: Bounds, name: str, value: float) -> str:
    if name not in bounds:
        return ""
    sign, bound = bounds[name]
    is_met = value >= bound if sign == ">=" else value <= bound
    return f"   {sign} {bound:,}{'' if is_met else '   NOT MET'}"
