"""`limen source`: list sources of logs, let their senders in, each by a proof of its own, and Limen into services."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import typer

from limen.cli.open_company import Opened, opened
from limen.cli.options import LastFolder, refuse_other_task, word_and_folder
from limen.cli.output import at, counted, print_rows
from limen.cli.typed_secret import secret_in, typed_secret
from limen.clock import Instant, SystemClock
from limen.company.candidate import candidate
from limen.company.load import load_company
from limen.company.publish import SERVER
from limen.configuration.problem import did_you_mean, shown
from limen.connectors.asked_store import AskedState
from limen.errors import LimenError
from limen.messages import times
from limen.monitor.monitor_file import MONITOR_FILE
from limen.monitor.monitor_rules import LogSource, MonitorRules, Way
from limen.monitor.sources import proofs, pulls_store
from limen.monitor.sources.listing import Listed, State, listed
from limen.monitor.sources.proofs import Bundle
from limen.monitor.sources.pulls import keep_secret
from limen.monitor.sources.text import with_source
from limen.storage import Transaction

TASKS: Final = ("list", "add", "token", "certificate", "remove", "secret", "ask")

_STATES: Final = {
    State.NO_SENDER: "no sender yet (`limen source token` or `limen source certificate` lets one in)",
    State.NO_SECRET: "no secret yet (`limen source secret` keeps it)",
    State.FAILING: "can't be asked",
    State.WAITING: "waiting for the first event",
    State.SILENT: "SILENT",
    State.HEARD: "heard",
}


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help=f"{', '.join(TASKS[:-1])} or {TASKS[-1]}")],
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="With remove: a sender's ID; else, but with list: a source")
    ] = "",
    folder: LastFolder = Path(),
    *,
    kind: Annotated[str, typer.Option(help="With add: how it reads, such as syslog, json, windows or fortigate")] = "",
    comes: Annotated[str, typer.Option(help="With add: how it comes: tls, http, agent, udp or tcp")] = "http",
    product: Annotated[
        list[str] | None,
        typer.Option(help="With add --kind json: whose records come from there, such as okta; can be repeated"),
    ] = None,
    address: Annotated[
        list[str] | None, typer.Option(help="With add: an address or network it comes from; can be repeated")
    ] = None,
    file: Annotated[
        list[str] | None, typer.Option(help="With add --comes agent: a file that is read; can be repeated")
    ] = None,
    sender: Annotated[
        str, typer.Option(help="With token and certificate: the machine that sends, for you to know it by")
    ] = "",
    into: Annotated[
        Path | None, typer.Option(help="With certificate: the folder for certificate.pem, key.pem and authority.pem")
    ] = None,
    from_: Annotated[
        Path | None, typer.Option("--from", help="With secret: the file that it is in; else you type it, or pipe it in")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="With list: print one JSON object per line")] = False,
) -> None:
    refuse_other_task("source", task, TASKS)
    name, folder = word_and_folder(name, folder)
    if bool(name) is (task == "list"):
        raise LimenError(f"`limen source {task}` takes {'no' if name else 'a'} name", f"see `limen source {task}`")
    if task == "add":
        _add(folder, name, {"kind": kind, "comes": comes, "products": product, "addresses": address, "files": file})
        return
    now = SystemClock().now()
    with opened(folder, may_make=True) as here:
        if task == "list":
            _list(here, now, as_json=as_json)
        elif task == "token":
            _token(here, name, sender or name, now)
        elif task == "certificate":
            _certificate(here, name, sender or name, into, now)
        elif task == "remove":
            here.database.write(lambda t: proofs.remove(t, name, now, SERVER))
            print("Removed: it can't send any more.")
        elif task == "secret":
            _secret(here, name, from_, now)
        else:
            _ask(here, name)


def _add(folder: Path, name: str, said: Mapping[str, object]) -> None:
    """Write one more source into monitor.yaml, where the company with it is right."""
    path = folder / MONITOR_FILE.name
    company = load_company(folder)
    text = with_source(company.files.get(MONITOR_FILE.name, ""), name, {key: one for key, one in said.items() if one})
    candidate(company, {MONITOR_FILE.name: text})
    path.write_text(text, "utf-8")
    print(f"Added {name} to {path}. Nothing is published yet: check with `limen plan{at(folder)}`, then run")
    print(f'`limen apply{at(folder)} -m "why"`. Its page in the console then shows what to paste where.')


def _rules(here: Opened) -> MonitorRules:
    """What the company in force watches."""
    company = here.in_force_or_none()
    return (company.parts.get(MONITOR_FILE.name) if company is not None else None) or MonitorRules(watch=False)


def _source(here: Opened, name: str) -> LogSource:
    """The source of this name. Raises LimenError."""
    sources = _rules(here).sources
    if name not in sources:
        fix = did_you_mean(name, sources, "add it to `sources` in monitor.yaml and publish it with `limen apply`")
        raise LimenError(f"there is no source of logs {shown(name)} in force", fix)
    return sources[name]


def _list(here: Opened, now: Instant, *, as_json: bool) -> None:
    """Each source with its senders. What came within the last half minute may be missing."""
    sources = _rules(here).sources

    def text(one: Listed) -> str:
        at = one.totals.heard_at
        heard = f"last heard {times.date(at, here.settings.zone)}" if at else "never heard"
        proof = "unproven" if not one.source.is_proven else counted(len(one.senders), "sender")
        if one.asked is not None:
            asked = one.asked.done_at
            proof = f"last complete {times.date(asked, here.settings.zone)}" if asked else "never complete"
        came = f"{one.totals.events} events, {one.totals.unreadable} unreadable, {one.totals.lost} lost"
        lines = [f"{one.name} ({one.source.kind}, {one.source.way}, {proof}): {_STATES[one.state]}, {heard}, {came}"]
        lines += [f"  {each.id} {each.name}" for each in one.senders]
        lines += [
            f"  {number} records look like {product}: if it is, add `products: [{product}]` in monitor.yaml"
            for product, number in one.looks_like.items()
        ]
        lines += [f"  {one.asked.error}"] if one.asked is not None and one.asked.error else []
        return "\n".join(lines)

    def plain(one: Listed) -> dict[str, object]:
        return {
            "name": one.name,
            "kind": one.source.kind,
            "way": one.source.way.value,
            "is_proven": one.source.is_proven,
            "state": one.state.value,
            "heard_at": one.totals.heard_at,
            "events": one.totals.events,
            "bytes": one.totals.size,
            "unreadable": one.totals.unreadable,
            "lost": one.totals.lost,
            "products": list(one.source.products),
            "looks_like": one.looks_like,
            "asked": _asked(one.asked) if one.asked is not None else None,
            "senders": [
                {"id": each.id, "name": each.name, "heard_at": each.heard_at, "until": each.until}
                for each in one.senders
            ],
        }

    found = here.database.read(lambda snapshot: listed(snapshot, sources, now))
    nothing = "There is none: Limen watches itself alone. Name others below `sources` in monitor.yaml."
    print_rows(found, text, plain, nothing, as_json=as_json)


def _asked(state: AskedState) -> dict[str, object]:
    return {
        "has_secret": state.has_secret,
        "tried_at": state.tried_at,
        "done_at": state.done_at,
        "failures": state.failures,
        "error": state.error,
    }


def _secret(here: Opened, name: str, file: Path | None, now: Instant) -> None:
    """Keep the secret by which Limen gets in at a service: what was typed, or stands in a file."""
    source, keyring = _source(here, name), here.keyring()
    typed = typed_secret("Secret") if file is None else secret_in(file)

    def work(transaction: Transaction) -> None:
        keep_secret(transaction, keyring, name, source, typed, now, by=SERVER)

    here.database.write(work)
    print(f"Stored. {name} is asked within a minute; `limen source list` and the page Sources show how it goes.")


def _ask(here: Opened, name: str) -> None:
    if _source(here, name).way is not Way.ASKED:
        raise LimenError("this source sends by itself: Limen does not ask it", "see `limen source list`")
    here.database.write(lambda t: pulls_store.ASKED.ask_soon(t.connection, name))
    print(f"{name} is asked within a minute.")


def _token(here: Opened, name: str, sender: str, now: Instant) -> None:
    source = _source(here, name)
    token = here.database.write(lambda t: proofs.make_token(t, name, source, sender, now, SERVER))
    print(f"By this token {sender} may send logs for {name}. It is shown only once:\n")
    print(f"  {token}\n")
    print(f"It sends JSON lines to {here.settings.public_url}/logs, or to the event collector below")
    print(f"{here.settings.public_url}/services/collector. The page Sources shows what to paste into which product.")


def _certificate(here: Opened, name: str, sender: str, into: Path | None, now: Instant) -> None:
    source, keyring = _source(here, name), here.keyring()
    if into is None:
        raise LimenError("where the files go is missing", "add `--into FOLDER`")
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    taken = [one for one in _FILES if (into / one).exists()]
    if taken:
        raise LimenError(f"{into / taken[0]} is there already", "choose another folder")
    bundle = here.database.write(
        lambda t: proofs.make_certificate(t, keyring, here.settings.name, name, source, sender, now, SERVER)
    )
    for file, text in zip(_FILES, _texts(bundle), strict=True):
        with os.fdopen(os.open(into / file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as written:
            written.write(text)
    print(f"{sender} may send logs for {name} with the files in {into}: {', '.join(_FILES)}.")
    print("Take them to /etc/limen-logs on that machine, and delete them here.")


_FILES: Final = ("certificate.pem", "key.pem", "authority.pem")


def _texts(bundle: Bundle) -> tuple[str, ...]:
    return bundle.certificate, bundle.key, bundle.authority
