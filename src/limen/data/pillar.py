"""Data as a part of Limen: so far what Limen recognises in text, and the command that looks into files."""

from __future__ import annotations

from limen.pillar import Command, Pillar

PILLAR = Pillar(
    name="data",
    commands={
        "data": Command("limen.cli.data", "Look into files for what should not lie there: cards, keys, salaries")
    },
)
