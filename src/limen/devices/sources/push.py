"""What a source sends by itself, as JSON (docs/how-to/devices-from-elsewhere.md): read strictly, all of it or nothing.

An unknown key refuses the whole message: a mistake in writing must never turn into a pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct

from limen.clock import SECOND, Instant
from limen.devices import observed
from limen.devices.hardware import hardware_id_of, serial_of
from limen.devices.model import Check, CheckState
from limen.devices.sources.intake import FARTHEST_AHEAD
from limen.devices.sources.record import Form, Record
from limen.devices.wire import RefusedError
from limen.facts import CHECKS
from limen.printable import is_printable

MOST_DEVICES: Final = 1_000
MOST_BYTES: Final = 1 << 20
Text = Annotated[str, Meta(max_length=200)]


class _Device(Struct, frozen=True, forbid_unknown_fields=True):
    id: Annotated[str, Meta(min_length=1, max_length=100)]
    seen_at: Annotated[int, Meta(ge=0, lt=1 << 40)]
    name: Annotated[str, Meta(max_length=80)] = ""
    owner: Annotated[str, Meta(max_length=254)] = ""
    platform: Literal["", "linux", "macos", "windows", "ios", "android"] = ""
    form: Form = Form.UNKNOWN
    serial: Text = ""
    hardware_id: Text = ""
    managed: bool = False
    checks: Annotated[dict[str, Any], Meta(max_length=64)] = {}


class _Message(Struct, frozen=True, forbid_unknown_fields=True):
    devices: Annotated[tuple[_Device, ...], Meta(max_length=MOST_DEVICES)] = ()
    gone: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=100)], ...], Meta(max_length=MOST_DEVICES)] = ()


_DECODER: Final = msgspec.json.Decoder(_Message)


def records_of(body: bytes, now: Instant) -> tuple[list[Record], tuple[str, ...]]:
    """The devices that this message tells of, and the ids of those that its source knows no longer.

    Raises RefusedError, which names the first thing that does not fit.
    """
    if len(body) > MOST_BYTES:
        raise RefusedError(413, "too_large", f"more than {MOST_BYTES} bytes", "send it in parts")
    try:
        message = _DECODER.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise malformed(str(error)) from None
    found = [_record(one, now) for one in message.devices]
    if len({one.id for one in found}) != len(found):
        raise malformed("a device is there twice")
    return found, message.gone


def malformed(what: str) -> RefusedError:
    """The message is not as it has to be; nothing of it was taken."""
    return RefusedError(400, "malformed", what[:300], "see docs/how-to/devices-from-elsewhere.md")


def _record(told: _Device, now: Instant) -> Record:
    seen_at = told.seen_at * SECOND
    if seen_at > now + FARTHEST_AHEAD:
        raise malformed(f"{told.id} was seen in the future: is the clock right?")
    if not all(map(is_printable, (told.id, told.name, told.owner))):
        raise malformed("a text holds characters that can't be displayed")
    return Record(
        id=told.id,
        seen_at=seen_at,
        name=told.name,
        owner=told.owner.casefold(),
        platform=told.platform,
        form=told.form,
        serial=serial_of(told.serial),
        hardware_id=hardware_id_of(told.hardware_id),
        is_managed=told.managed,
        checks={check.id: check for check in _checks(told, seen_at)},
    )


def _checks(told: _Device, at: Instant) -> Iterator[Check]:
    for name, raw in told.checks.items():
        if name not in CHECKS:
            raise malformed(f"there is no check {name[:40]!r}")
        try:
            yield Check(name, CheckState.OBSERVED, at, observed=observed.read(name, raw))
        except msgspec.ValidationError as error:
            raise malformed(f"what was observed of {name} can't be read: {error}") from None
