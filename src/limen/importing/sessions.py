"""How long sessions last, where the old system says it: written into a new folder, told of one that is in use."""

from __future__ import annotations

import re
from collections.abc import Mapping

from limen.settings import Sessions


def with_sessions(text: str, sessions: Mapping[str, float], *, may_change: bool) -> tuple[str, list[str]]:
    """limen.toml with these lengths, within Limen's limits; and a sentence for each that stays as it was."""
    kept: list[str] = []
    for name, value in sessions.items():
        if name not in Sessions.model_fields:
            continue
        line = re.compile(rf"(?m)^({name} = )([0-9.]+)")
        found = line.search(text)
        if found is None or float(found[2]) == value:
            continue
        if may_change:
            text = line.sub(rf"\g<1>{value:g}", text, count=1)
        else:
            kept.append(f"limen.toml: {name} is {found[2]} and stays so; it was {value:g}")
    return text, kept
