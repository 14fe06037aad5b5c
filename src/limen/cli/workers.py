"""`limen workers`: the processes that answer, how far each has come, and how to replace them all."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Annotated, Final

import typer

from limen.cli.open_company import opened
from limen.cli.options import JsonLines, LastFolder, refuse_other_task, word_and_folder
from limen.cli.output import at, print_rows
from limen.clock import to_iso
from limen.company.load import load_settings
from limen.company.places import journal_folder, workers_folder
from limen.errors import LimenError
from limen.storage.lock_holders import PARENT_LOCK, front_holder, journal_holder
from limen.storage.workers import Worker

TASKS: Final = ("list", "restart")
_LEADS: Final = {"all": "  leads", "machine": "  leads its machine"}


def run(
    task: Annotated[str, typer.Argument(metavar="[TASK]", help="list or restart")] = "list",
    folder: LastFolder = Path(),
    *,
    as_json: JsonLines = False,
) -> None:
    """`restart` replaces each worker by a new one, which answers before the old one leaves: no request fails."""
    task, folder = word_and_folder(task, folder)
    refuse_other_task("workers", task or "list", TASKS)
    if task == "restart":
        _restart(folder)
    else:
        _list(folder, as_json=as_json)


def _restart(folder: Path) -> None:
    settings = load_settings(folder)
    parent = front_holder(workers_folder(folder, settings) / PARENT_LOCK)
    if parent is None and journal_holder(journal_folder(folder, settings)) is not None:
        raise LimenError(
            "one process answers here, which can't be replaced while it does",
            f"start it by several: `limen serve{at(folder)} --workers 2`, or set workers under [listen] in limen.toml",
        )
    if parent is None:
        raise LimenError("Limen doesn't run here", f"start it: `limen serve{at(folder)}`")
    os.kill(parent, signal.SIGHUP)
    print(f"The workers are being replaced, one by one. `limen workers{at(folder)}` shows how far it is.")


def _list(folder: Path, *, as_json: bool) -> None:
    with opened(folder) as here:
        tip = here.database.read(lambda snapshot: snapshot.seq)
        found = here.database.workers.all()
    print_rows(
        found,
        lambda one: (
            f"{one.chain}  pid {one.pid}  since {to_iso(one.since)}  {one.requests} decisions  {_behind(one, tip)}"
            f"{_LEADS.get(one.doing.leads, '')}"
        ),
        lambda one: {
            "worker": one.worker,
            "journal": one.chain,
            "pid": one.pid,
            "since": one.since,
            "seq": one.seq,
            "behind": max(0, tip - one.seq),
            "beat": one.beat,
            "requests": one.requests,
            "acknowledged": one.doing.at,
            "leads": one.doing.leads,
            "version": one.doing.version,
            "free_bytes": one.doing.free_bytes,
        },
        f"No worker answers. `limen serve{at(folder)}` starts Limen.",
        as_json=as_json,
    )


def _behind(one: Worker, tip: int) -> str:
    return "knows every change" if one.seq >= tip else f"{tip - one.seq} changes behind"
