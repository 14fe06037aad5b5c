"""`limen people-source`: where people come from, tokens to tell by, what the last runs did, and what waits."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Final

import typer

from limen.cli import people_directory
from limen.cli.identity_ports import directories_of, sources_of
from limen.cli.open_company import Opened, opened
from limen.cli.options import LastFolder, refuse_other_task, word_and_folder
from limen.cli.output import counted, print_rows
from limen.clock import SystemClock, to_iso
from limen.company.publish import SERVER
from limen.configuration.problem import unknown
from limen.errors import LimenError
from limen.identity.sources import token_store
from limen.identity.sources.model import Source
from limen.identity.sources.people_sources import Open, SourceNow, SourcesOfPeople
from limen.identity.sources.said import COUNTS, WAITS
from limen.identity.sources.scim.server import BASE
from limen.storage.service_tokens import LIVES, ServiceToken

OF_TOKENS: Final = ("token", "tokens", "revoke")
OF_DIRECTORIES: Final = ("connect", "check", "preview", "read")
TASKS: Final = ("list", "open", "go-on", "keep", "link", "ignore", *OF_TOKENS, *OF_DIRECTORIES)


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help=f"{', '.join(TASKS[:-1])} or {TASKS[-1]}")],
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="A source of people.yaml; not with list")] = "",
    folder: LastFolder = Path(),
    *,
    record: Annotated[
        str, typer.Option(help="With link and ignore: the source's ID of the person, as `open` shows it")
    ] = "",
    token: Annotated[str, typer.Option(help="With revoke: the token's ID, as `tokens` shows it")] = "",
    file: Annotated[Path | None, typer.Option(help="With connect: a file that holds the password")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="With list, open, tokens, check and preview: print one JSON object per line")
    ] = False,
) -> None:
    refuse_other_task("people-source", task, TASKS)
    name, folder = word_and_folder(name, folder)
    if bool(name) is (task == "list"):
        takes = "no name" if name else "the name of a source"
        raise LimenError(f"`limen people-source {task}` takes {takes}", "see `limen people-source list`")
    if bool(record) is not (task in {"link", "ignore"}):
        raise LimenError("--record belongs to link and ignore", "see `limen people-source open NAME`")
    if bool(token) is not (task == "revoke"):
        raise LimenError("--token belongs to revoke", "see `limen people-source tokens NAME`")
    with opened(folder) as here:
        company = here.in_force()
        sources = sources_of(here, company)
        declared = [one.id for one in sources.declared]
        if name and name not in declared:
            raise LimenError(*unknown("source of people", name, declared, "declare it in people.yaml"))
        if task in OF_DIRECTORIES:
            people_directory.run(
                task, sources.source(name), directories_of(here, company, sources), sources, file, as_json=as_json
            )
        elif task == "list":
            there = asyncio.run(sources.overview())
            nothing = "People come from no source yet. Declare one in people.yaml, and publish it with `limen apply`."
            print_rows(there, _line, _plain, nothing, as_json=as_json)
        elif task in OF_TOKENS:
            _tokens(here, sources.source(name), task, token, as_json=as_json)
        elif task == "open":
            found = asyncio.run(sources.open_records(name))
            print_rows(found, _open_line, _open_plain, "Nothing waits for an answer.", as_json=as_json)
        else:
            print(asyncio.run(_answer(sources, task, name, record)))


def _tokens(here: Opened, source: Source, task: str, token: str, *, as_json: bool) -> None:
    now = SystemClock().now()
    if task == "token":
        secret = here.database.write(lambda t: token_store.make(t, source, now, SERVER))
        until = to_iso(now + LIVES)
        print(f"Tenant URL:   {here.settings.public_url.rstrip('/')}{BASE}")
        print(f"Secret token: {secret}")
        print(f"It is shown only now, and valid until {until}. Put it into {source.title}.")
    elif task == "revoke":
        here.database.write(lambda t: token_store.end(t, token, now, SERVER))
        print("Revoked: it opens nothing any more.")
    else:
        held = here.database.read(lambda s: token_store.TOKENS.of(s.connection, source.id, now))
        nothing = f"{source.title} has no token: `limen people-source token {source.id}` creates one."
        print_rows(held, _token_line, _token_plain, nothing, as_json=as_json)


def _token_line(one: ServiceToken) -> str:
    used = f"last used {to_iso(one.used_at)}" if one.used_at else "never used"
    return f"{one.id}: valid until {to_iso(one.expires_at)}; {used}"


def _token_plain(one: ServiceToken) -> dict[str, object]:
    return {"id": one.id, "made_at": one.made_at, "expires_at": one.expires_at, "used_at": one.used_at}


async def _answer(sources: SourcesOfPeople, task: str, name: str, record: str) -> str:
    if task == "go-on":
        return f"Done: access was taken from {counted(await sources.go_on(name, by=SERVER), 'person', 'people')}."
    if task == "keep":
        kept = await sources.keep(name, by=SERVER)
        return f"Done: {counted(kept, 'person keeps', 'people keep')} access."
    if task == "link":
        did = await sources.link(name, record, by=SERVER)
        return f"Linked: {COUNTS[did]}."
    await sources.ignore(name, record, by=SERVER)
    return "Set aside: it stays out, whatever the source says of it."


def _line(one: SourceNow) -> str:
    counts = one.counts
    said = f"{one.source.id} ({one.source.kind}): {counted(counts.get('linked', 0), 'person', 'people')} linked"
    if counts.get("waits"):
        said += f"; {counted(counts['waits'], 'record')} to look at (`limen people-source open {one.source.id}`)"
    if one.is_stopped:
        held = counted(counts["held"], "person", "people")
        said += f"; STOPPED before {held} lost access (`limen people-source go-on {one.source.id}`, or keep)"
    if not one.runs:
        return f"{said}; nothing came from it yet"
    last = one.runs[0]
    what = last.failed or ", ".join(f"{number} {COUNTS[name]}" for name, number in last.changes.items()) or "no change"
    return f"{said}; last {to_iso(last.ended_at)}: {what}"


def _plain(one: SourceNow) -> dict[str, object]:
    last = one.runs[0] if one.runs else None
    run = None if last is None else {"at": last.ended_at, "counts": dict(last.counts), "failed": last.failed}
    about = {"id": one.source.id, "kind": str(one.source.kind), "title": one.source.title}
    return {**about, "counts": dict(one.counts), "stopped": one.is_stopped, "last": run}


def _open_line(one: Open) -> str:
    said = one.record.said
    why = "would lose access" if one.record.held else WAITS[one.record.waits]
    who = f" ({one.person.name} <{one.person.email}>)" if one.person else ""
    kept = ", and keeps it" if one.record.held == "kept" else ""
    return f"{one.record.external_id}: {said.name} <{said.email}>: {why}{kept}{who}"


def _open_plain(one: Open) -> dict[str, object]:
    said, person = one.record.said, one.person
    about = {"id": one.record.external_id, "name": said.name, "email": said.email}
    return {**about, "waits": one.record.waits, "held": one.record.held, "person": person.id if person else ""}
