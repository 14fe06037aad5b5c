"""`limen review`: reviews of access, listed, begun and closed, and their evidence taken out and verified."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from limen.access.reviews import signature, store
from limen.access.reviews.beginning import begin, close, prepared
from limen.access.reviews.errors import EvidenceError, NothingToReviewError, UnknownReviewError
from limen.access.reviews.evidence import Named, evidence_of
from limen.access.reviews.letters import Letters
from limen.access.reviews.model import Progress, Review
from limen.access.reviews.past import past_of
from limen.access.reviews.reach import Reach
from limen.access.reviews.rows import Known
from limen.access.store import live_grants
from limen.cli.access_here import as_the_server, names_of
from limen.cli.open_company import Opened, opened
from limen.cli.options import LastFolder, refuse_other_task, word_and_folder
from limen.cli.output import counted, print_rows
from limen.clock import Instant, SystemClock
from limen.configuration.problem import shown
from limen.errors import LimenError
from limen.events import Event
from limen.facts.access_rules import FILE, NOTHING_TO_ASK
from limen.identity.store.people import everybody, language_of
from limen.messages import times
from limen.storage import Transaction

TASKS: Final = ("list", "start", "close", "export", "verify", "key")

_NAME: Final = "With start: a rule's name; with close and export: a review's ID; with verify: a file"


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help=f"{', '.join(TASKS[:-1])} or {TASKS[-1]}")],
    name: Annotated[str, typer.Argument(metavar="[NAME]", help=_NAME)] = "",
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
        what, fix = "rule's name" if task == "start" else "review's ID", "`limen review list` shows both"
        raise LimenError(f"`limen review {task}` takes {'no' if name else 'a'} {what}", fix)
    with opened(folder) as here:
        if task == "list":
            _list(here, SystemClock().now(), as_json=as_json)
        elif task == "start":
            _start(here, name, SystemClock().now(), as_json=as_json)
        elif task == "close":
            _close(here, name, SystemClock().now(), as_json=as_json)
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


def _start(here: Opened, name: str, now: Instant, *, as_json: bool) -> None:
    """By the server, under the rules in force. How risky people look is known to a running Limen alone, and to no row
    of a review that begins here. Raises LimenError where nothing is to review.
    """
    company, keyring = here.in_force(), here.keyring()
    rule = (company.parts.get(FILE) or NOTHING_TO_ASK).review(name)
    if rule is None:
        raise LimenError(f"there is no review {shown(name)} in force", f"add it to `reviews` in {FILE} and publish it")
    apps = {app.id: app for app in company.all_apps.values()}
    people, live = here.database.read(
        lambda s: ({one.id: one for one in everybody(s.connection)}, live_grants(s.connection, now))
    )
    known = Known(Reach(company.engine(), now), people, apps, live, past_of(here.reader, now), {})
    review, rows = prepared(rule, known, 0, now, "")
    if not rows:
        raise NothingToReviewError
    letters = Letters(keyring, here.settings, lambda s, person_id: language_of(s.connection, person_id))
    as_the_server(here, now, lambda at: begin(at, review, rows, letters))
    said = {"id": review.id, "name": review.name, "rows": len(rows), "closes_at": review.closes_at}
    until = times.exact(review.closes_at, here.settings.zone)
    print(json.dumps(said) if as_json else f"{review.id} has begun: {counted(len(rows), 'row')}, open until {until}.")


def _close(here: Opened, review_id: str, now: Instant, *, as_json: bool) -> None:
    """One of which everything is decided; with open rows it closes by its time alone, as in the console."""
    review = here.database.read(lambda s: store.review(s.connection, review_id))
    if review is None:
        raise UnknownReviewError
    as_the_server(here, now, lambda at: close(at, review))
    print(json.dumps({"id": review.id, "closed_at": review.closed_at or now}) if as_json else "Closed.")


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
