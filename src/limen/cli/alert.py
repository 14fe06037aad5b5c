"""`limen alert`: list alerts, see what a case is about, close and reopen them, suppress the like, and set channels.

On the server nobody is a colleague of themselves: what is about an administrator can be closed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Final

import typer

from limen.cli.open_company import Opened, opened
from limen.cli.options import LastFolder, refuse_other_task, word_and_folder
from limen.cli.output import counted, print_rows
from limen.cli.typed_secret import typed_secret
from limen.clock import Instant, SystemClock
from limen.company.authors import names_of
from limen.configuration.lengths import length_of
from limen.configuration.problem import did_you_mean, shown
from limen.errors import LimenError
from limen.messages import times
from limen.monitor.alerts import findings, store, suppressing
from limen.monitor.alerts.errors import UnknownAlertError
from limen.monitor.alerts.model import Alert, Suppression, Verdict
from limen.monitor.alerts.suppressing import Wanted
from limen.monitor.alerts.verdicts import SERVER, Verdicts
from limen.monitor.alerts.words import NEXT_STEP, WHO, filled, texts_of
from limen.monitor.detections.company_rules import FOLDER
from limen.monitor.monitor_file import MONITOR_FILE
from limen.monitor.monitor_rules import MonitorRules
from limen.monitor.notify import addresses
from limen.monitor.response import store as responses
from limen.storage import Snapshot

TASKS: Final = ("list", "show", "close", "reopen", "suppress", "suppressions", "unsuppress", "channel")
WITHOUT_ID: Final = frozenset({"list", "suppressions"})
MOST: Final = 200
_VERDICTS: Final = tuple(one.value.replace("_", "-") for one in Verdict)


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help=f"{', '.join(TASKS[:-1])} or {TASKS[-1]}")],
    name: Annotated[
        str,
        typer.Argument(metavar="[ID]", help="An alert's ID; with unsuppress a suppression's; with channel its name"),
    ] = "",
    folder: LastFolder = Path(),
    *,
    verdict: Annotated[str, typer.Option("--as", help=f"With close: {', '.join(_VERDICTS)}")] = "",
    why: Annotated[str, typer.Option(help="With close and suppress: the reason, in one line")] = "",
    lasts: Annotated[str, typer.Option("--for", help="With suppress: for how long, such as 12h or 30d")] = "30d",
    everybody: Annotated[
        bool, typer.Option(help="With suppress: whatever the rule is about, for a week at most")
    ] = False,
    closed: Annotated[bool, typer.Option(help="With list: those that are closed")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line")] = False,
) -> None:
    refuse_other_task("alert", task, TASKS)
    name, folder = word_and_folder(name, folder)
    if bool(name) is (task in WITHOUT_ID):
        raise LimenError(f"`limen alert {task}` takes {'no ID' if name else 'an ID'}", f"see `limen alert {task}`")
    now = SystemClock().now()
    with opened(folder, may_make=True) as here:
        match task:
            case "list":
                _list(here, is_open=not closed, as_json=as_json)
            case "show":
                _show(here, name, as_json=as_json)
            case "close":
                _close(here, name, verdict, why, now)
            case "reopen":
                here.database.write(lambda t: Verdicts(None).reopen(t, name, now, by=SERVER))
                print("Reopened. Its findings count again.")
            case "suppress":
                _suppress(here, name, lasts, why, now, everybody=everybody)
            case "suppressions":
                _suppressions(here, now, as_json=as_json)
            case "unsuppress":
                here.database.write(lambda t: suppressing.end(t, name, now, by=SERVER))
                print("Ended: what its rule finds is told again.")
            case _:
                _channel(here, name, now)


def _list(here: Opened, *, is_open: bool, as_json: bool) -> None:
    found = here.database.read(lambda snapshot: store.recent_alerts(snapshot.connection, MOST, is_open=is_open))
    names = here.database.read(names_of)

    def text(one: Alert) -> str:
        end = "" if one.is_open else f", closed as {one.verdict.replace('_', ' ')}"
        last = times.date(one.last_at, here.settings.zone)
        often = "once" if one.count == 1 else f"{one.count} times"
        return f"{one.id} {one.level.value}: {one.title}, about {_whom(one, names)}, {often}, last {last}{end}"

    print_rows(found, text, plain, "There is nothing to look at.", as_json=as_json)


def _show(here: Opened, alert_id: str, *, as_json: bool) -> None:
    """An alert, what was done about its case, and the newest of its findings."""

    def work(snapshot: Snapshot) -> tuple[Alert, list[str], list[str], Mapping[str, str]]:
        alert, names = _known(snapshot, alert_id), names_of(snapshot)
        found = findings.of_alert(snapshot.connection, alert_id, 20)
        done = responses.of_cases(snapshot.connection, [alert.case_id])
        zone = here.settings.zone
        return (
            alert,
            [
                f"{times.date(one.at, zone)} {one.kind.value.replace('_', ' ')}: "
                f"{names.get(one.subject_id, f'{one.subject_kind} {one.subject_id}')}"
                for one in done
            ],
            [f"{times.date(one.hit.at, zone)} {_said(one.hit.says, zone)}" for one in found],
            names,
        )

    alert, done, found, names = here.database.read(work)

    def text(one: Alert) -> str:
        about = texts_of(_own_rules(here)).get(one.rule)
        values = {**{name: str(value) for name, value in one.says.items()}, WHO: _whom(one, names)}
        lines = [f"{one.title} ({one.level.value}), about {values[WHO]}"]
        lines += [filled(about.sentence, values)] if about is not None and about.sentence else []
        lines += [f"Next: {filled(about.next_step if about else '', values) or NEXT_STEP}"] if one.is_open else []
        lines += [f"Case {one.case_id}, {counted(one.count, 'finding')}"]
        lines += ["Done:", *(f"  {each}" for each in done)] if done else []
        return "\n".join([*lines, "Found:", *(f"  {each}" for each in found)])

    print_rows([alert], text, plain, "", as_json=as_json)


def _whom(alert: Alert, names: Mapping[str, str]) -> str:
    """By the name that people know, as far as there is one."""
    return names.get(alert.person_id) or alert.entity.replace(":", " ", 1)


def _said(says: Mapping[str, str | int], zone: tzinfo) -> str:
    """What is so, each by its name; what ends in `_at` is an instant."""

    def text(name: str, value: str | int) -> str:
        return f"{name} {times.date(value, zone) if name.endswith('_at') and isinstance(value, int) else value}"

    return ", ".join(text(name, value) for name, value in says.items() if value != "")


def _own_rules(here: Opened) -> tuple[tuple[str, str], ...]:
    """The company's own files of rules, as they are in force."""
    company = here.in_force_or_none()
    rules = company.parts.get(FOLDER) if company is not None else None
    return tuple(sorted(rules.texts.items())) if rules is not None else ()


def _close(here: Opened, alert_id: str, verdict: str, why: str, now: Instant) -> None:
    if verdict not in _VERDICTS:
        fix = did_you_mean(verdict, _VERDICTS, f"add `--as {_VERDICTS[0]}`, or another of {', '.join(_VERDICTS)}")
        raise LimenError("what it turned out to be is missing" if not verdict else f"no verdict: {shown(verdict)}", fix)
    chosen = Verdict(verdict.replace("-", "_"))
    here.database.write(lambda t: Verdicts(None).close(t, alert_id, chosen, now, by=SERVER, why=why))
    print("Closed." + (" Its findings no longer count towards anybody's risk." if chosen.releases else ""))


def _suppress(here: Opened, alert_id: str, lasts: str, why: str, now: Instant, *, everybody: bool) -> None:
    try:
        lasts_ms = length_of(lasts)
    except ValueError:
        raise LimenError(f"{shown(lasts)} is no length of time", "write it as 12h or 30d") from None
    alert = here.database.read(lambda snapshot: _known(snapshot, alert_id))
    wanted = Wanted(alert.rule, "" if everybody else alert.entity, lasts_ms, why)
    would = here.database.read(lambda snapshot: suppressing.preview(snapshot, wanted.rule, wanted.entity, now))
    made = here.database.write(lambda t: suppressing.suppress(t, wanted, now, by=SERVER))
    until = times.date(made.until, here.settings.zone)
    print(f"Suppressed until {until}: in the last 30 days this would have hidden {would.findings} findings.")
    print(f"`limen alert unsuppress {made.id}` ends it.")


def _suppressions(here: Opened, now: Instant, *, as_json: bool) -> None:
    found = here.database.read(lambda snapshot: store.live_suppressions(snapshot.connection, now))

    def text(one: Suppression) -> str:
        until = times.date(one.until, here.settings.zone)
        return f"{one.id} {one.rule} about {one.entity or 'everybody'} until {until}, hid {one.count}: {one.why}"

    def fields(one: Suppression) -> dict[str, object]:
        names = ("id", "rule", "entity", "since", "until", "why", "by", "count")
        return {name: getattr(one, name) for name in names}

    print_rows(found, text, fields, "Nothing is suppressed.", as_json=as_json)


def _channel(here: Opened, name: str, now: Instant) -> None:
    company = here.in_force_or_none()
    rules = (company.parts.get(MONITOR_FILE.name) if company is not None else None) or MonitorRules(watch=False)
    channel = rules.notify.channels.get(name)
    if channel is None:
        fix = did_you_mean(name, rules.notify.channels, "add it below `notify:` in monitor.yaml and publish it")
        raise LimenError(f"there is no channel {shown(name)} in force", fix)
    keyring, written = here.keyring(), typed_secret("Address of the channel")
    secret = here.database.write(lambda t: addresses.keep(t, keyring, name, channel.kind, written, now, by=SERVER))
    print("The address is kept, sealed. It is never shown again.")
    if secret:
        print(f"Its messages are signed with this secret, which is shown only once:\n\n  {secret}\n")


def _known(snapshot: Snapshot, alert_id: str) -> Alert:
    alert = store.alert(snapshot.connection, alert_id)
    if alert is None:
        raise UnknownAlertError
    return alert


def plain(one: Alert) -> dict[str, object]:
    names = ("id", "case_id", "rule", "title", "entity", "person_id", "device_id", "session", "count", "verdict")
    return {
        **{name: getattr(one, name) for name in names},
        "level": one.level.value,
        "opened_at": one.opened_at,
        "last_at": one.last_at,
        "closed_at": one.closed_at,
        "is_proven": one.is_proven,
    }
