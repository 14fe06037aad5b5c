"""`limen request`: requests for temporary access, listed, made for somebody, and withdrawn."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from typing import Annotated, Any, Final, NamedTuple

import typer

from limen.access import flow_requests, requests, store
from limen.access.model import AccessRequest, RequestState
from limen.access.requests import Wanted
from limen.cli.access_here import as_the_server, names_of, person_with
from limen.cli.open_company import Opened, opened
from limen.cli.options import LastFolder, refuse_other_task, split_commas, word_and_folder
from limen.cli.output import print_rows
from limen.clock import DAY, SECOND, Instant, SystemClock
from limen.configuration.lengths import length_of, length_text
from limen.errors import LimenError
from limen.facts import Person
from limen.messages import times
from limen.network.model import FILE, Network
from limen.network.requested import judged as judged_flow

TASKS: Final = ("list", "ask", "withdraw")
_NAMED: Final = "With ask: an email address; with withdraw: a request's ID"


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help="list, ask or withdraw")],
    name: Annotated[str, typer.Argument(metavar="[NAME]", help=_NAMED)] = "",
    folder: LastFolder = Path(),
    *,
    app: Annotated[str, typer.Option(help="With ask: the app; for a connection --from, --to and --service")] = "",
    actions: Annotated[str, typer.Option(help="With ask: the actions, as view,edit")] = "",
    length: Annotated[str, typer.Option("--for", help="With ask: for how long, as 2h")] = "",
    reason: Annotated[str, typer.Option(help="With ask: why, in one line")] = "",
    source: Annotated[str, typer.Option("--from", help="With ask: where a connection comes from: a zone or host")] = "",
    to: Annotated[str, typer.Option(help="With ask: where a connection leads: a zone, a host or its address")] = "",
    service: Annotated[str, typer.Option(help="With ask: by which service: https, tcp/8443")] = "",
    until: Annotated[str, typer.Option(help="With ask: the day on which a connection ends (default: none)")] = "",
    review: Annotated[str, typer.Option(help="With ask: the day on which it is looked at again")] = "",
    ticket: Annotated[str, typer.Option(help="With ask: the ticket number, where the rule demands one")] = "",
    everything: Annotated[bool, typer.Option("--all", help="With list: also those that are over, of 90 days")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line")] = False,
) -> None:
    refuse_other_task("request", task, TASKS)
    name, folder = word_and_folder(name, folder)
    if bool(name) is (task == "list"):
        raise LimenError(f"`limen request {task}` takes {'no' if name else 'a'} name", _NAMED)
    now = SystemClock().now()
    with opened(folder) as here:
        if task == "list":
            several = here.database.read(lambda s: _listed(store.every_request(s.connection, now - 90 * DAY), now))
            shown = several if everything else [one for one in several if one.state_at(now) is RequestState.OPEN]
            names = names_of(here)
            zone = here.settings.zone
            print_rows(
                shown,
                lambda one: _text(one, names, now, zone),
                lambda one: _plain(one, now),
                "Nobody waits for an answer.",
                as_json=as_json,
            )
            return
        if task == "withdraw":
            done = as_the_server(here, now, lambda at: requests.withdraw(at, name))
            print(json.dumps(_plain(done, now)) if as_json else "Withdrawn.")
            return
        who = person_with(here, name)
        if to or source or service:
            _ask_for_flow(here, who, Way(source, to, service, review, until), reason, now, as_json=as_json)
            return
        wanted = Wanted(
            person_id=who.id,
            app=app,
            actions=tuple(split_commas(actions)),
            length_ms=_length(length),
            reason=reason,
            ticket=ticket,
        )
        made = as_the_server(here, now, lambda at: requests.ask(at, wanted))
        if as_json:
            print(json.dumps(_plain(made, now)))
        elif made.state is RequestState.GRANTED:
            print(f"Granted: nobody has to approve this. It ends in {length_text(made.length_ms)}.")
        else:
            print(f"Asked: {made.id}. {len(made.approvers(now))} people can approve it, each with a passkey.")


def _ask_for_flow(here: Opened, who: Person, way: Way, reason: str, now: Instant, *, as_json: bool) -> None:
    """The flow is judged as for whoever administers Limen: they may read all of the network."""
    file = here.in_force().parts.get(FILE)
    network = file.network if file is not None else Network(())
    today = datetime.fromtimestamp(now / SECOND, here.settings.zone).date().isoformat()
    judged = judged_flow(network, today, *way, token_hex(3), knows_all=True)
    made = as_the_server(here, now, lambda at: flow_requests.ask(at, who.id, judged, reason))
    if as_json:
        print(json.dumps(_plain(made, now)))
        return
    print(f"Asked: {made.id}. {len(made.approvers(now))} people can approve it, each with a passkey. It would open:")
    for line in judged.opens:
        print(f"  {line}")


class Way(NamedTuple):
    """A connection, as options say it."""

    source: str
    destination: str
    service: str
    review: str
    expires: str


def _listed(several: list[AccessRequest], now: Instant) -> list[AccessRequest]:
    """Those that wait first, each part the newest first."""
    return sorted(several, key=lambda one: one.state_at(now) is not RequestState.OPEN)


def _text(one: AccessRequest, names: dict[str, str], now: Instant, zone: Any) -> str:
    state, who = one.state_at(now).value, names.get(one.person_id, one.person_id)
    what = f"{', '.join(one.actions)} of {one.app} for {length_text(one.length_ms)}" if one.flow is None else one.about
    step = f", step {one.step + 1} of {len(one.steps)}" if one.state_at(now) is RequestState.OPEN else ""
    return f"{one.id}  {state}{step}  {who}: {what}, asked {times.exact(one.asked_at, zone)}: {one.reason}"


def _plain(one: AccessRequest, now: Instant) -> dict[str, Any]:
    return {
        "id": one.id,
        "state": one.state_at(now).value,
        "person": one.person_id,
        "app": one.app,
        "actions": list(one.actions),
        "length_ms": one.length_ms,
        "reason": one.reason,
        "ticket": one.ticket,
        "rule": one.rule,
        "asked_at": one.asked_at,
        "expires_at": one.expires_at,
        "steps": len(one.steps),
        "approved_by": [each.approver_id for each in one.approvals],
        "may_approve": sorted(one.approvers(now)),
        "extends": one.extends,
        "flow": asdict(one.flow) if one.flow is not None else None,
    }


def _length(written: str) -> int:
    try:
        return length_of(written)
    except ValueError:
        raise LimenError(f"{written[:40]!r} is no length of time", "write --for 30m, 8h or 2d") from None
