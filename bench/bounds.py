"""What a figure is held against: at least, or at most."""

from __future__ import annotations

from collections.abc import Mapping

Bounds = Mapping[str, tuple[str, float]]
"""By the name of a figure: `>=` or `<=`, and the bound."""


def beside(bounds: Bounds, name: str, value: float) -> str:
    """What stands beside a figure on the screen; "" where it has no bound."""
    if name not in bounds:
        return ""
    sign, bound = bounds[name]
    is_met = value >= bound if sign == ">=" else value <= bound
    return f"   {sign} {bound:,}{'' if is_met else '   NOT MET'}"
