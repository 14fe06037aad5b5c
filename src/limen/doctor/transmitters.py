"""Services that share signals with Limen: whether each stream works, and whether Limen is told at all.

Limen writes down how it goes with each: that is what is looked at here. No service is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.clock import HOUR, Instant, SystemClock, to_iso
from limen.company.child import parse_texts
from limen.company.folder import read_folder
from limen.configuration.tree import Tree
from limen.doctor.in_thread import aside
from limen.doctor.setup import Setup
from limen.finding import Finding, State
from limen.pillar import Around
from limen.sso.shared_signals.receiving import store
from limen.sso.shared_signals.receiving.listing import ListedTransmitter, State as StreamState, listed
from limen.sso.shared_signals.receiving.transmitter import SignalTransmitter
from limen.sso.shared_signals.signals_file import FILE, read
from limen.sso.upstream.sign_in_file import FILE as SIGN_IN, read as read_sign_in

NAME: Final = "signals of others"
_GUIDE: Final = "see docs/how-to/signals-from-other-services.md"
MANY_REFUSED: Final = 10


async def transmitters(setup: Setup) -> list[Finding]:
    """It reads signals.yaml, sign-in.yaml and the database."""
    declared, issuers = await aside(lambda: _declared(setup))
    if not declared:
        return [Finding(NAME, State.SKIPPED, "no service shares signals with Limen", where=FILE)]
    now = SystemClock().now()
    every = await aside(lambda: _listed(setup, declared, now))
    return [found for one in every for found in _of(one, issuers, now)]


def _declared(setup: Setup) -> tuple[tuple[SignalTransmitter, ...], frozenset[str]]:
    """The transmitters and the IDs of sign-in services, as far as the files can be read; what is wrong with them is
    said by another examination.
    """
    texts = {name: text for name, text in read_folder(setup.root).texts.items() if name in {FILE, SIGN_IN}}
    files, _ = parse_texts(texts)
    around = Around(setup.settings, None, None)
    signals, _ = read(Tree(files[FILE]["tree"]), around) if FILE in files else (None, [])
    sign_in, _ = read_sign_in(Tree(files[SIGN_IN]["tree"]), around) if SIGN_IN in files else (None, [])
    issuers = frozenset(one.id for one in sign_in.issuers) if sign_in is not None else frozenset()
    return (signals.transmitters if signals is not None else ()), issuers


def _listed(setup: Setup, declared: tuple[SignalTransmitter, ...], now: Instant) -> list[ListedTransmitter]:
    return setup.kept(lambda s: listed(s, declared, now), []) or []


def _of(one: ListedTransmitter, issuers: frozenset[str], now: Instant) -> list[Finding]:
    found = list(_wrong(one, issuers, now))
    if found:
        return found
    verified = one.stream.verified_at
    what = f"its stream works, and proved it last at {to_iso(verified)}" if verified else "it can be heard"
    return [Finding(NAME, State.OK, what, where=one.transmitter.id)]


def _wrong(one: ListedTransmitter, issuers: frozenset[str], now: Instant) -> Iterator[Finding]:
    name, stream = one.transmitter.id, one.stream
    for upstream in one.transmitter.upstreams:
        if upstream not in issuers:
            what = f"it may speak of people linked to {upstream}, which is no sign-in service"
            yield Finding(NAME, State.WRONG, what, "write an `id` of sign-in.yaml in `upstreams`", name)
    match one.state:
        case StreamState.LACKS_TOKEN:
            task = "connect" if one.transmitter.makes_stream else "push-token"
            yield Finding(NAME, State.WRONG, "there is no token for it", f"`limen signals {task} {name}`", name)
        case StreamState.FAILING:
            yield Finding(NAME, State.WRONG, f"it could not be asked: {stream.asked.error}", _GUIDE, name)
        case StreamState.NOT_MADE:
            what = "Limen has no stream there yet"
            yield Finding(NAME, State.WARNING, what, "start Limen, which makes it within seconds", name)
        case StreamState.OFF:
            what = f"it says that the stream is {stream.status}: {stream.status_why or 'it does not say why'}"
            yield Finding(NAME, State.WRONG, what, "enable it there", name)
        case StreamState.SILENT:
            last = to_iso(stream.verified_at) if stream.verified_at else "never"
            what = f"it is silent: its stream proved last that it works: {last}"
            fix = f"see whether it can reach Limen; {_GUIDE}"
            yield Finding(NAME, State.WRONG, what, fix, name)
    if one.waiting:
        what = f"{len(one.waiting)} accounts that it disabled wait for an answer"
        yield Finding(NAME, State.WARNING, what, "look at *Signals received* in the console", name)
    lately = [each for each in one.of(store.REFUSED) if now - each.last_at < HOUR]
    if sum(each.number for each in lately) >= MANY_REFUSED:
        what = f"what it sends is refused, the last time within the hour: {lately[0].word}"
        yield Finding(NAME, State.WARNING, what, f"`limen signals received {name}` counts why", name)
