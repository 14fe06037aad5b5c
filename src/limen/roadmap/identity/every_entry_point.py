"""I4: no app, VPN, host, network gear or other entry point lets anybody in with one factor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from limen.facts import App
from limen.roadmap.evidence import Evidence
from limen.roadmap.identity.decided import Decided
from limen.roadmap.identity.imported import Imported
from limen.roadmap.identity.rows import imported_of, of_app
from limen.roadmap.model import Control, Grade, Part, Phase, Row

_TWO: Final = 2


def measure(evidence: Evidence) -> Iterator[Part]:
    found = evidence.identity.decided
    is_whole = found is not None and found.is_whole
    apps = [one for one in evidence.apps.values() if one.group is None]
    yield Part(
        "entry points that let nobody in with one factor",
        (
            *(_row(one, found or Decided()) for one in apps),
            *_undeclared(found or Decided(), evidence.apps),
        ),
        missing="" if is_whole else "The decisions of 30 days could not be read from the journal to their end",
    )
    for one in imported_of(evidence):
        yield Part(
            f"apps at {one.name} where nobody signed in with one factor",
            tuple(_elsewhere(one)),
            grade=Grade.IMPORTED,
            missing=one.missing,
        )


def _row(app: App, found: Decided) -> Row:
    """What nobody came in by has shown nothing."""
    strengths = {strength: count for (id_, strength), count in found.permits.items() if id_ == app.id}
    return of_app(app, _why(strengths))


def _why(strengths: dict[int, int]) -> str:
    if not strengths:
        return "nobody came in within 30 days, so nothing shows what it asks for"
    weak = sum(count for strength, count in strengths.items() if strength < _TWO)
    return f"{weak} requests were let through with fewer than two factors" if weak else ""


def _undeclared(found: Decided, declared: Mapping[str, App]) -> Iterator[Row]:
    """Apps that were decided on, and are declared no longer."""
    for id_ in sorted({app for app, strength in found.permits if app not in declared and strength < _TWO}):
        yield Row(id_, id_, is_met=False, why="let people in with one factor, and is not declared any more")


def _elsewhere(imported: Imported) -> Iterator[Row]:
    for app, weak in sorted(imported.apps.items()):
        why = f"{weak} sign-ins at {imported.name} had fewer than two factors" if weak else ""
        yield Row(f"{imported.provider} {app}", app or f"{imported.name} itself", not why, why, "/console/search")


CONTROL: Final = Control(
    id="I4",
    phase=Phase.IDENTITY,
    title="Two factors at every entry point",
    demands="Every app, VPN, administrative tool and finance system asks for two factors.",
    figure="known entry points that let nobody in with fewer than two factors in the last 30 days",
    closes="It is all of them.",
    why="One VPN or console that takes a password alone makes all other protection worth nothing.",
    how="Declare what people sign in to, and set the level of policies so that one factor opens nothing.",
    page="/console/apps",
    minutes=120,
    weight=5,
    measure=measure,
)
