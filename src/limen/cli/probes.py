"""`limen probes`: what Limen tried of itself, with what came of it, and having it tried now by the Limen that runs."""

from __future__ import annotations

import json
import time
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from limen.cli.open_company import Opened, opened
from limen.cli.options import JsonLines, LastFolder, refuse_other_task, word_and_folder
from limen.clock import MINUTE, SECOND, Instant, SystemClock, to_iso
from limen.company.publish import SERVER
from limen.errors import LimenError
from limen.messages import times
from limen.probes import store
from limen.probes.catalogue import BY_ID, PROBES
from limen.probes.model import LONGEST_RUN, Outcome, Probe, Run
from limen.probes.running import ask, withdraw

TASKS: Final = ("list", "run")
OUTCOMES: Final = {Outcome.HELD: "held", Outcome.DID_NOT_HOLD: "DID NOT HOLD", Outcome.COULD_NOT_RUN: "could not run"}
BEGINS_WITHIN_SECONDS: Final = 30.0
"""A Limen that runs looks every two seconds; another probe may be under way."""
_LOOK_SECONDS: Final = 0.5


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help="list or run")] = "list",
    probe: Annotated[str, typer.Argument(metavar="[ID]", help="With run: which, from the list")] = "",
    folder: LastFolder = Path(),
    *,
    as_json: JsonLines = False,
) -> None:
    refuse_other_task("probes", task, TASKS)
    probe, folder = word_and_folder(probe, folder)
    if bool(probe) is (task == "list"):
        takes = "no ID" if probe else "an ID"
        raise LimenError(f"`limen probes {task}` takes {takes}", "`limen probes` lists them")
    with opened(folder) as here:
        if task == "list":
            _list(here, as_json=as_json)
            return
        found = _run(here, probe, quiet=as_json)
        _print(found, as_json=as_json)
        if found.outcome is not Outcome.HELD:
            raise typer.Exit(1)


def _list(here: Opened, *, as_json: bool) -> None:
    newest = here.database.read(lambda snapshot: store.newest(snapshot.connection))
    for one in PROBES:
        last = newest.get(one.id)
        if as_json:
            print(json.dumps({"title": one.title, **(_plain(last) if last else {"probe": one.id, "outcome": None})}))
        else:
            print(_line(one, last, here.settings.zone))


def _line(probe: Probe, last: Run | None, zone: tzinfo) -> str:
    if last is None or last.outcome is None:
        return f"{probe.id:<10} {probe.title}: never run"
    took = f", {last.took} ms" if last.took >= 0 else ""
    why = f"\n{'':<10} {last.why}" if last.why else ""
    at = times.exact(last.ended_at, zone)
    return f"{probe.id:<10} {probe.title}: {OUTCOMES[last.outcome]}{took}, {at}{why}"


def _run(here: Opened, probe_id: str, *, quiet: bool) -> Run:
    """Ask for it, and wait until it is over. Raises LimenError where nothing takes it."""
    now = SystemClock().now()
    asked = here.database.write(lambda transaction: ask(transaction, probe_id, BY_ID, now, by=SERVER))
    if not quiet:
        print(f"{BY_ID[probe_id].tries} It takes about {BY_ID[probe_id].minutes} min.")
    began, said = time.monotonic(), False
    while time.monotonic() - began < LONGEST_RUN / SECOND + BEGINS_WITHIN_SECONDS:
        found = here.database.read(lambda snapshot: store.by_id(snapshot.connection, asked.id))
        if found is None or found.ended_at:
            break
        if found.started_at and not said and not quiet:
            said = True
            print("It is running.")
        is_late = not found.started_at and time.monotonic() - began > BEGINS_WITHIN_SECONDS
        if is_late and here.database.write(lambda transaction: withdraw(transaction, asked.id)):
            raise LimenError("no Limen takes it", "start Limen with `limen serve`, and try again")
        time.sleep(_LOOK_SECONDS)
    if found is None or not found.ended_at:
        raise LimenError(f"it did not end within {LONGEST_RUN // MINUTE} minutes", "look at `limen probes` later")
    return found


def _print(found: Run, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(_plain(found)))
        return
    for one in found.tries:
        state = {True: "held", False: "DID NOT HOLD", None: "could not be tried"}[one.held]
        took = f" after {one.took} ms" if one.took >= 0 else ""
        print(f"  {state:<18} {one.name}{took}{': ' + one.why if one.why else ''}")
    outcome = OUTCOMES[found.outcome] if found.outcome else ""
    print(f"{BY_ID[found.probe].title}: {outcome}{': ' + found.why if found.why else ''}")


def _plain(run: Run) -> dict[str, Any]:
    return {
        "probe": run.probe,
        "run": run.id,
        "outcome": run.outcome.value if run.outcome else None,
        "started_at": _at(run.started_at),
        "ended_at": _at(run.ended_at),
        "took_ms": run.took if run.took >= 0 else None,
        "why": run.why,
        "tries": [
            {"name": one.name, "held": one.held, "took_ms": one.took if one.took >= 0 else None, "why": one.why}
            for one in run.tries
        ],
    }


def _at(instant: Instant) -> str | None:
    return to_iso(instant) if instant else None
