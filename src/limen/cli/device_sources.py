"""Who tells of devices, on the command line: listing them, and the secrets by which they or Limen prove themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Final, TypeVar

from limen.cli.open_company import Opened
from limen.cli.output import print_rows
from limen.cli.typed_secret import typed_secret
from limen.clock import Instant
from limen.company.publish import SERVER
from limen.configuration.problem import did_you_mean, shown
from limen.devices.devices_file import DEVICES_FILE
from limen.devices.signals import secret
from limen.devices.signals.listing import listed
from limen.devices.sources import store as sources_store
from limen.devices.sources.service import keep_secret, make_token
from limen.devices.sources.store import SourceState
from limen.errors import LimenError
from limen.facts.device_rules import PULLED, DeviceRules, DeviceSource
from limen.facts.signal_sources import Proves
from limen.messages import times
from limen.storage import Transaction

T = TypeVar("T")

OF_SOURCES: Final = ("sources", "secret", "source-token", "source-secret")


def rules_of(here: Opened) -> DeviceRules:
    """What the company in force demands of devices."""
    company = here.in_force_or_none()
    return (company.parts.get(DEVICES_FILE.name) if company is not None else None) or DeviceRules()


def sources(here: Opened, now: Instant, *, as_json: bool) -> None:
    """List who may say that a device is at risk, then who else tells of devices, each with when it was last heard."""
    listed = [*_of_risk(here, now), *_of_devices(here)]
    nothing = "There are none. Name them in devices.yaml: `signals` say that a device is at risk, `sources` how it is."
    print_rows(listed, itemgetter(0), itemgetter(1), nothing, as_json=as_json)


def _of_risk(here: Opened, now: Instant) -> Iterator[tuple[str, dict[str, object]]]:
    sources = rules_of(here).signals.values()
    for told in here.database.read(lambda snapshot: listed(snapshot.connection, sources, now)):
        one = told.source
        lacks = "" if told.has_secret else f"; it has no secret yet: `limen device secret {one.name}`"
        counts = "1 signal counts" if told.live == 1 else f"{told.live} signals count"
        heard = f"{_heard(here, told.heard_at)}, {counts}"
        yield (
            f"{one.name} ({one.kind}, signals): {heard}; high: {one.when_high.value}{lacks}",
            {
                "name": one.name,
                "tells": "signals",
                "kind": one.kind,
                "proves": one.proves.value,
                "has_secret": told.has_secret,
                "when_high": one.when_high.value,
                "heard_at": told.heard_at,
                "live": told.live,
            },
        )


def _of_devices(here: Opened) -> Iterator[tuple[str, dict[str, object]]]:
    states = here.database.read(lambda snapshot: sources_store.states(snapshot.connection))
    for name, one in rules_of(here).sources.items():
        state, is_asked = states.get(name, SourceState(name)), one.kind in PULLED
        has_secret = state.has_secret if is_asked else state.has_token
        what = "secret" if is_asked else "token"
        lacks = "" if has_secret else f"; it has no {what} yet: `limen device {_task_for(one)} {name}`"
        wrong = f"; {state.error}" if state.error else ""
        yield (
            f"{name} ({one.kind.value}, devices): {_heard(here, state.done_at)}{wrong}{lacks}",
            {
                "name": name,
                "tells": "devices",
                "kind": one.kind.value,
                "has_secret": has_secret,
                "heard_at": state.done_at,
                "error": state.error,
            },
        )


def _heard(here: Opened, at: Instant) -> str:
    return f"last heard {times.date(at, here.settings.zone)}" if at else "never heard"


def let_in(here: Opened, task: str, name: str, now: Instant) -> None:
    """Have a source prove itself from now on, or keep the secret by which Limen gets in there."""
    if task == "secret":
        _secret(here, name, now)
    elif task == "source-token":
        _token(here, name, now)
    else:
        _secret_there(here, name, now)


def _secret(here: Opened, name: str, now: Instant) -> None:
    """Create the secret of a source of signals, and show it once."""
    rules = rules_of(here)
    source = _in_force(name, rules, rules.signals, "signals")
    keyring = here.keyring()
    made = here.database.write(lambda t: secret.make(t, keyring, name, now, by=SERVER))
    print(f"{name} sends to {here.settings.public_url}/signals/{name}")
    how = "signs each message with" if source.proves is Proves.SIGNATURE else "sends as a bearer token"
    print(f"This is what it {how}. It is shown only once; the one before is good no more:\n")
    print(f"  {made}")


def _token(here: Opened, name: str, now: Instant) -> None:
    """Create the token of a source that sends by itself, and show it once."""
    rules = rules_of(here)
    source = _in_force(name, rules, rules.sources, "sources")
    token = here.database.write(lambda t: make_token(t, name, source, now, by=SERVER))
    print(f"By this token {name} may tell of devices. It is shown only once; the one before works no longer:\n")
    print(f"  {token}\n")


def _secret_there(here: Opened, name: str, now: Instant) -> None:
    """Keep the secret by which Limen signs in at a source that it asks."""
    rules = rules_of(here)
    source = _in_force(name, rules, rules.sources, "sources")
    typed, keyring = typed_secret("Secret"), here.keyring()

    def work(transaction: Transaction) -> None:
        keep_secret(transaction, keyring, name, source, typed, now, by=SERVER)

    here.database.write(work)
    print(f"Stored. {name} is asked within a minute; the page Devices, Every device that was seen, shows how it goes.")


def _in_force(name: str, rules: DeviceRules, known: Mapping[str, T], section: str) -> T:
    """The source of this name among those `known`, which stand below `section`. Raises LimenError."""
    if name in known:
        return known[name]
    fix = did_you_mean(name, known, f"add it to `{section}` in devices.yaml and publish it with `limen apply`")
    if name in rules.signals or name in rules.sources:
        task = _task_for(rules.sources[name]) if name in rules.sources else "secret"
        fix = f"it is not one of `{section}` in devices.yaml: `limen device {task} {name}`"
    raise LimenError(f"there is no source {shown(name)} below `{section}` in force", fix)


def _task_for(source: DeviceSource) -> str:
    """By which task a source of devices is let in, or lets Limen in."""
    return "source-secret" if source.kind in PULLED else "source-token"
