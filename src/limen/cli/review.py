"""`limen review`: reviews of access, listed, and their evidence taken out and verified."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from limen.access.reviews import signature, store
from limen.access.reviews.errors import EvidenceError, UnknownReviewError
from limen.access.reviews.evidence import Named, evidence_of
from limen.access.reviews.model import Progress, Review
from limen.cli.access_here import names_of
from limen.cli.open_company import Opened, opened
from limen.cli.options import LastFolder, refuse_other_task, word_and_folder
from limen.cli.output import print_rows
from limen.clock import Instant, SystemClock
from limen.errors import LimenError
from limen.events import Event
from limen.messages import times
from limen.storage import Transaction

TASKS: Final = ("list", "export", "verify", "key")


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help="list, export, verify or key")],
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="With export: a review's ID; with verify: a file")] = "",
    folder: LastFolder = Path(),
    *,
    form: Annotated[str, typer.Option(help="With export: csv or pdf")] = "csv",
    key: Annotated[str, typer.Option(help="With verify: the public key, where the folder is elsewhere")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line")] = False,
) -> None:
    refuse_other_task("review", task, TASKS)
    if task == "verify" and key:
        _verify(Path(name), [_public(key)], as_json=as_json)
        return
    if task == "verify":
        if not name:
            raise LimenError("`limen review verify` takes a file", "name it")
    else:
        name, folder = word_and_folder(name, folder)
    if bool(name) is (task in {"list", "key"}):
        raise LimenError(f"`limen review {task}` takes {'no' if name else 'an'} ID", "`limen review list` shows IDs")
    with opened(folder) as here:
        if task == "list":
            _list(here, SystemClock().now(), as_json=as_json)
        elif task == "key":
            public = signature.public_keys(here.keyring())[0].hex()
            print(json.dumps({"key": public}) if as_json else public)
        elif task == "verify":
            _verify(Path(name), list(signature.public_keys(here.keyring())), as_json=as_json)
        else:
            _export(here, name, form, as_json=as_json)


def _list(here: Opened, now: Instant, *, as_json: bool) -> None:
    several, far = here.database.read(lambda s: (store.reviews(s.connection), store.progress(s.connection)))
    zone = here.settings.zone

    def text(one: Review) -> str:
        how_far = far.get(one.id, Progress())
        end = f"open until {times.exact(one.closes_at, zone)}" if one.is_open(now) else "closed"
        return f"{one.id}  {one.name}: {how_far.decided} of {how_far.rows} decided, {end}"

    def plain(one: Review) -> dict[str, Any]:
        how_far = far.get(one.id, Progress())
        return {
            "id": one.id,
            "name": one.name,
            "started_at": one.started_at,
            "closes_at": one.closes_at,
            "closed_at": one.closed_at,
            "open": one.is_open(now),
            "rows": how_far.rows,
            "decided": how_far.decided,
            "removed": how_far.removed,
        }

    print_rows(several, text, plain, "No access was reviewed yet.", as_json=as_json)


def _export(here: Opened, review_id: str, form: str, *, as_json: bool) -> None:
    """Into a file of the folder that the command is called in; one that is there already stays as it is."""
    now, keyring = SystemClock().now(), here.keyring()
    review = here.database.read(lambda s: store.review(s.connection, review_id))
    if review is None:
        raise UnknownReviewError
    rows = here.database.read(lambda s: store.rows(s.connection, review_id))
    apps = {one.id: one.name for one in here.in_force().all_apps.values()}
    named = Named(names_of(here), apps, here.settings.name, here.settings.zone)
    made = evidence_of(form, review, rows, named, now, keyring)
    try:
        with Path(made.name).open("xb") as file:
            file.write(made.content)
    except FileExistsError:
        raise LimenError(f"{made.name} is there already", "move it away first") from None

    def say(transaction: Transaction) -> None:
        details: dict[str, str | int | bool] = {"review": review.id, "name": review.name, "form": made.form}
        transaction.say(Event(at=now, kind="review.exported", details=details))

    here.database.write(say)
    print(json.dumps({"file": made.name, "rows": len(rows)}) if as_json else f"Written to {made.name}.")


def _verify(file: Path, keys: list[bytes], *, as_json: bool) -> None:
    """Raises EvidenceError where the file is not as it was signed."""
    try:
        with file.open("rb") as opened_file:
            content = opened_file.read(signature.MOST_BYTES + 1)
    except OSError:
        raise LimenError(f"{file} can't be read", "name the evidence of a review") from None
    if len(content) > signature.MOST_BYTES:
        raise EvidenceError("this file is too large for evidence", "name the evidence of a review")
    said = signature.verified(content, keys)
    print(json.dumps({"verified": True, "bytes": len(said)}) if as_json else "It is as it was signed.")


def _public(key: str) -> bytes:
    try:
        found = bytes.fromhex(key)
    except ValueError:
        found = b""
    if len(found) != signature.KEY_BYTES:
        raise LimenError("this is no public key of evidence", "`limen review key` prints it: 64 hexadecimal digits")
    return found
