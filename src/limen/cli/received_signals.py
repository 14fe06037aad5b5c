"""`limen signals`, of services that tell Limen: how each does, the tokens on either side, and accounts that wait."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from limen.cli.access_here import person_with
from limen.cli.open_company import Opened
from limen.cli.output import counted, print_rows
from limen.cli.typed_secret import secret_in, typed_secret
from limen.clock import Instant, to_iso
from limen.company.company import limen_app
from limen.company.publish import SERVER
from limen.configuration.problem import did_you_mean, shown
from limen.errors import LimenError
from limen.identity.signalled import signalled_people
from limen.identity.store import people
from limen.policy.roles import Guarding
from limen.sso.shared_signals.receivers import SignalsFile
from limen.sso.shared_signals.receiving import administering, store
from limen.sso.shared_signals.receiving.listing import ListedTransmitter, listed, plain
from limen.sso.shared_signals.receiving.store import DisabledElsewhere
from limen.sso.shared_signals.receiving.streams import push_address
from limen.sso.shared_signals.receiving.transmitter import SignalTransmitter
from limen.sso.shared_signals.signals_file import FILE

OF_ACCOUNTS: Final = ("disable", "keep")
OF_TRANSMITTERS: Final = ("received", "connect", "push-token", "open", *OF_ACCOUNTS)
NOTHING: Final = "No service shares signals with Limen. Declare one in signals.yaml, and publish it with `limen apply`."


def declared(here: Opened) -> dict[str, SignalTransmitter]:
    """The transmitters in force, by their IDs."""
    company = here.in_force_or_none()
    file = company.parts.get(FILE) if company is not None else None
    return {one.id: one for one in file.transmitters} if isinstance(file, SignalsFile) else {}


def run(here: Opened, task: str, name: str, now: Instant, *, file: Path | None, person: str, as_json: bool) -> None:
    known = declared(here)
    if name and name not in known:
        fix = did_you_mean(name, known, "declare it in signals.yaml, and publish it with `limen apply`")
        raise LimenError(f"{shown(name)} shares no signals with Limen", fix)
    chosen = [known[name]] if name else list(known.values())
    if task == "received":
        found = here.database.read(lambda snapshot: listed(snapshot, chosen, now))
        print_rows(found, _line, plain, NOTHING, as_json=as_json)
    elif task == "open":
        found_open = here.database.read(lambda snapshot: listed(snapshot, chosen, now))
        waiting = [each for one in found_open for each in one.waiting]
        _open(here, waiting, as_json=as_json)
    elif task == "connect":
        _connect(here, known[name], file, now)
    elif task == "push-token":
        _push_token(here, known[name], now)
    else:
        _answer(here, known[name], person, now, is_disabled=task == "disable")


def _connect(here: Opened, transmitter: SignalTransmitter, file: Path | None, now: Instant) -> None:
    secret, keyring = secret_in(file) if file is not None else typed_secret("Token"), here.keyring()
    here.database.write(lambda t: administering.keep_token(t, keyring, transmitter, secret, now, by=SERVER))
    print(f"Stored. While Limen runs, it makes its stream at {transmitter.issuer} within seconds;")
    print(f"`limen signals received {transmitter.id}` says how that went.")


def _push_token(here: Opened, transmitter: SignalTransmitter, now: Instant) -> None:
    made = here.database.write(lambda t: administering.make_push_token(t, transmitter, now, by=SERVER))
    print(f"{transmitter.name} sends to {push_address(here.settings.public_url, transmitter)}")
    print("with this header. It is shown only once; the one before is good no more:\n")
    print(f"  Authorization: Bearer {made}")


def _open(here: Opened, waiting: list[DisabledElsewhere], *, as_json: bool) -> None:
    names = {one.id: one.email for one in here.database.read(lambda s: people.everybody(s.connection))}

    def line(one: DisabledElsewhere) -> str:
        return f"{names.get(one.person_id, one.person_id)}: {one.why} ({to_iso(one.at)})"

    def as_plain(one: DisabledElsewhere) -> dict[str, object]:
        return {"transmitter": one.transmitter, "person": one.person_id, "at": one.at, "why": one.why}

    print_rows(waiting, line, as_plain, "No account waits for an answer.", as_json=as_json)


def _answer(here: Opened, transmitter: SignalTransmitter, person: str, now: Instant, *, is_disabled: bool) -> None:
    who = person_with(here, person)
    company = here.in_force()
    guarding = Guarding(company.engine().policies, limen_app(company.settings))
    offered = signalled_people(lambda: guarding)
    here.database.write(
        lambda t: administering.answer(t, offered, transmitter.id, who.id, now, is_disabled=is_disabled, by=SERVER)
    )
    print(
        f"{who.name} is suspended."
        if is_disabled
        else f"{who.name} keeps access until {transmitter.name} says so anew."
    )


def _line(one: ListedTransmitter) -> str:
    stream, name = one.stream, one.transmitter.id
    heard = f"last event {to_iso(one.last_event_at)}" if one.last_event_at else "no event yet"
    verified = f"verified {to_iso(stream.verified_at)}" if stream.verified_at else "not verified"
    said = [f"{name} ({one.transmitter.delivery}): {one.state.value}", heard]
    if one.transmitter.makes_stream:
        said.append(verified)
    for kind, word in ((store.REFUSED, "refused"), (store.UNKNOWN, "about nobody known here")):
        if number := one.number(kind):
            why = ", ".join(f"{each.number} {each.word}" for each in one.of(kind))
            said.append(f"{number} {word} ({why})")
    if one.waiting:
        said.append(f"{counted(len(one.waiting), 'account waits', 'accounts wait')} for an answer")
    if stream.asked.error:
        said.append(stream.asked.error)
    return "; ".join(said)
