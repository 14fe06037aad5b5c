"""Data as a part of Limen: so far what Limen recognises in text, and the command that looks into files."""

from __future__ import annotations

from limen.pillar import Command, Declarations, Pillar


def _declarations() -> Declarations:
    from limen.data.labels.kinds import KINDS

    return Declarations(events=KINDS)


PILLAR = Pillar(
    name="data",
    declarations=_declarations,
    commands={
        "data": Command("limen.cli.data", "Look into files for what should not lie there: cards, keys, salaries")
    },
)
