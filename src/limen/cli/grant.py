"""`limen grant`: temporary access, listed and ended; and where a request is approved."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from limen.access import grants, store
from limen.access.errors import UnknownRequestError
from limen.access.membership.overdue import ends_by_itself
from limen.access.membership.store import memberships
from limen.access.model import HeldGrant, RequestState
from limen.access.notices import INBOX, origin
from limen.cli.access_here import as_the_server, names_of
from limen.cli.open_company import Opened, opened
from limen.cli.options import LastFolder, refuse_other_task, word_and_folder
from limen.cli.output import print_rows
from limen.clock import DAY, Instant, SystemClock
from limen.errors import LimenError
from limen.messages import times
from limen.printable import one_line

TASKS: Final = ("list", "approve", "revoke", "end")


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help="list, approve, revoke or end")],
    grant_id: Annotated[str, typer.Argument(metavar="[ID]", help="A grant's ID; with approve: a request's")] = "",
    folder: LastFolder = Path(),
    *,
    why: Annotated[str, typer.Option("-m", "--message", help="With revoke and end: why, in one line")] = "",
    everything: Annotated[bool, typer.Option("--all", help="With list: also those that are over, of 90 days")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line")] = False,
) -> None:
    refuse_other_task("grant", task, TASKS)
    grant_id, folder = word_and_folder(grant_id, folder)
    if bool(grant_id) is (task == "list"):
        raise LimenError(f"`limen grant {task}` takes {'no' if grant_id else 'an'} ID", "`limen grant list` shows IDs")
    now = SystemClock().now()
    with opened(folder) as here:
        if task == "list":
            _list(here, now, everything=everything, as_json=as_json)
        elif task == "approve":
            _say_where(here, grant_id, now, as_json=as_json)
        else:
            held = as_the_server(
                here, now, lambda at: grants.revoke(at, grant_id, one_line(why, 500), is_administrator=True)
            )
            print(json.dumps({"id": held.id, "ended_at": now}) if as_json else "Ended. It opens nothing any more.")


def _list(here: Opened, now: Instant, *, everything: bool, as_json: bool) -> None:
    since = now - 90 * DAY if everything else now
    several = here.database.read(lambda snapshot: store.every_grant(snapshot.connection, since))
    members = here.database.read(lambda snapshot: memberships(snapshot.connection))
    groups = {app.id: app.group for app in here.in_force().all_apps.values() if app.group is not None}
    late = {app for app, group in groups.items() if not ends_by_itself(group, members)}
    names, zone = names_of(here), here.settings.zone

    def text(one: HeldGrant) -> str:
        who, what = names.get(one.person_id, one.person_id), f"{', '.join(one.actions)} of {one.app}"
        end = f"until {times.exact(one.until, zone)}" if one.is_active(now) else f"over: {one.why_ended or 'expired'}"
        by = ", ".join(names.get(each, each) for each in one.approvers) or f"the rule {one.rule}"
        note = "; if Limen is down then, they stay a member until it is back" if one.app in late else ""
        return f"{one.id}  {who}: {what}, {end}, by {by}{note if one.is_active(now) else ''}"

    shown = several if everything else [one for one in several if one.is_active(now)]
    print_rows(shown, text, lambda one: _plain(one, now, late), "Nobody has temporary access.", as_json=as_json)


def _plain(one: HeldGrant, now: Instant, late: Collection[str]) -> dict[str, Any]:
    return {
        "id": one.id,
        "request": one.request_id,
        "person": one.person_id,
        "app": one.app,
        "actions": list(one.actions),
        "since": one.since,
        "until": one.until,
        "active": one.is_active(now),
        "outlasts_limen": one.app in late,
        "rule": one.rule,
        "approvers": list(one.approvers),
        "ended_at": one.ended_at,
        "why_ended": one.why_ended,
    }


def _say_where(here: Opened, request_id: str, now: Instant, *, as_json: bool) -> None:
    """Nobody approves by a shell on the server: an approval is somebody's, by their passkey, and four eyes are two
    people's.
    """
    request = here.database.read(lambda snapshot: store.request(snapshot.connection, request_id))
    if request is None:
        raise UnknownRequestError
    names, page = names_of(here), f"{origin(here.settings)}{INBOX}"
    able = sorted(names.get(one, one) for one in request.approvers(now))
    if as_json:
        state = request.state_at(now).value
        print(json.dumps({"id": request.id, "state": state, "page": page, "may_approve": able}))
    elif request.state_at(now) is RequestState.OPEN:
        print(f"It is approved with a passkey, at {page}, by {', '.join(able) or 'nobody who is left'}.")
    else:
        print(f"This request is {request.state_at(now).value} already.")
