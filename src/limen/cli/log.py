"""`limen log`: every publication, the newest first: who, why, when, what was proved and predicted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from limen.cli.open_company import opened
from limen.cli.options import Folder, JsonLines
from limen.cli.output import counted, print_rows
from limen.company import store
from limen.company.authors import author_name, names_of, proof_sentence, published_where
from limen.company.plan import kept_sentences
from limen.company.store import Revision
from limen.messages import times

MOST = 100
MOST_SAID = 8


def run(
    folder: Folder = Path(),
    *,
    number: Annotated[int, typer.Option("-n", "--number", min=1, max=10_000, help="How many to list")] = MOST,
    as_json: JsonLines = False,
) -> None:
    with opened(folder) as here:
        revisions = here.database.read(lambda snapshot: store.history(snapshot, number))
        names = here.database.read(names_of)
        authors = here.database.read(
            lambda snapshot: {author: author_name(snapshot, author) for author in {one.author for one in revisions}}
        )

    def text(one: Revision) -> str:
        return text_of(one, authors[one.author], names, here.settings.zone, is_in_force=one is revisions[0])

    print_rows(revisions, text, _plain, "Nothing has been published here yet.", as_json=as_json)


def text_of(one: Revision, author: str, names: dict[str, str], zone: ZoneInfo, *, is_in_force: bool) -> str:
    """One publication, for people to read."""
    when = times.exact(one.at, zone)
    lines = [
        f"{one.id[:12]}  {when}  {author}, {published_where(one.via)}" + ("  in force" if is_in_force else ""),
        f"    {one.reason}",
    ]
    known = [f"{one.beside.tests} policy tests passed"] if one.beside.tests else []
    if said := proof_sentence(one.beside.proof, names):
        known.append(said)
    known += predicted(one.beside.effect)
    said_of_people = kept_sentences(one.beside.effect, names)
    known += said_of_people[:MOST_SAID]
    if len(said_of_people) > MOST_SAID:
        known.append(f"and {len(said_of_people) - MOST_SAID} more sentences; `limen log --json` has them")
    return "\n".join([*lines, *[f"    {line}" for line in known]])


def predicted(effect: dict[str, Any]) -> list[str]:
    """The predicted effect of a revision, in a sentence; [] where none was predicted."""
    if not effect:
        return []
    words = {
        "gains": "let in",
        "loses": "refused",
        "asked": "asked to confirm first",
        "helped": "can be opened again by confirming",
        "stuck": "can no longer be opened by confirming",
    }
    turns = ", ".join(f"{count} {words.get(turn, turn)}" for turn, count in effect.get("turns", {}).items())
    replayed = effect.get("replayed", 0)
    requests = counted(replayed, "replayed request")
    return [f"predicted effect: of {requests} {turns}" if turns else f"predicted effect: none of {requests} changes"]


def _plain(one: Revision) -> dict[str, Any]:
    return {
        "revision": one.id,
        "number": one.seq,
        "at": one.at,
        "author": one.author,
        "via": one.via,
        "reason": one.reason,
        "tests": one.beside.tests,
        "proof": one.beside.proof,
        "effect": one.beside.effect,
    }
