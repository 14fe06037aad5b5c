"""What `limen seal` and `limen open` keep on somebody's computer, and how they ask Limen by way of the browser."""

from __future__ import annotations

import json
import sys
import time
import webbrowser
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlencode

import msgspec

from limen.cli.from_browser import FromBrowser
from limen.cli.kept_here import settings_folder, state_folder, where_limen_is, write
from limen.clock import MINUTE
from limen.data.sealing import wire
from limen.data.sealing.wire import Allowed, Asked, Opened
from limen.facts import Label

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

WAITS_SECONDS: Final = 300.0
_LEFT: Final = MINUTE
"""What is allowed for a shorter while is asked for again: sealing takes a while."""
S = TypeVar("S", Allowed, Opened)


def allowed(label: Label, limen: str, *, opens_browser: bool) -> tuple[Allowed, Ed25519PrivateKey]:
    """With what files of this label are sealed in one's own name: as kept, or as Limen says now. Raises LimenError."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    _forget_what_is_over()
    kept = state_folder() / "sealing" / f"{label.word}.json"
    with suppress(OSError, ValueError, KeyError, msgspec.MsgspecError):
        found = json.loads(kept.read_text())
        said = msgspec.convert(found["allowed"], Allowed)
        if said.until - _LEFT > time.time_ns() // 1_000_000 and found["limen"] == where_limen_is(limen):
            return said, Ed25519PrivateKey.from_private_bytes(bytes.fromhex(found["private"]))
    private = Ed25519PrivateKey.generate()
    asked = {"label": label.word}
    said = _told("seal", asked, private.public_key().public_bytes_raw(), limen, Allowed, opens_browser=opens_browser)
    keep = {
        "limen": where_limen_is(limen),
        "allowed": msgspec.to_builtins(said),
        "private": private.private_bytes_raw().hex(),
    }
    write(kept, json.dumps(keep).encode())
    _note_verifying(said.verifying)
    return said, private


def opened(asked: Sequence[Asked], public_key: bytes, limen: str, *, opens_browser: bool) -> Opened:
    """The keys of these files, wrapped for `public_key` (raw X25519), after a decision. Raises LimenError."""
    _forget_what_is_over()
    fields = {"files": wire.asked_text(asked)}
    said = _told("open", fields, public_key, limen, Opened, opens_browser=opens_browser)
    _note_verifying(said.verifying)
    return said


def verifying() -> list[str]:
    """Limen's keys (raw Ed25519, in hex) by which manifests are checked here, as it said them last."""
    with suppress(OSError, ValueError, KeyError):
        return [str(one) for one in json.loads((settings_folder() / "sealing.json").read_text())["verifying"]]
    return []


def _forget_what_is_over() -> None:
    """Remove keys whose certificate is over: whoever found one later could still sign as of then."""
    for path in (state_folder() / "sealing").glob("*.json"):
        until = 0
        with suppress(OSError, ValueError, KeyError, msgspec.MsgspecError):
            until = msgspec.convert(json.loads(path.read_text())["allowed"], Allowed).until
        if until <= time.time_ns() // 1_000_000:
            with suppress(OSError):
                path.unlink()


def _told(command: str, asked: dict[str, str], key: bytes, limen: str, kind: type[S], *, opens_browser: bool) -> S:
    state = wire.new_state()
    with FromBrowser(command, state, ("said",)) as waiting:
        fields = {**asked, "key": key.hex(), "port": str(waiting.server_port), "state": state}
        address = f"{where_limen_is(limen)}/data/{command}?{urlencode(fields)}"
        sys.stderr.write(f"Confirm in your browser that the code is {wire.code_of(key)}:\n{address}\n")
        if opens_browser:
            webbrowser.open(address)
        told = waiting.told(WAITS_SECONDS)
    return wire.unpacked(told["said"][0], kind)


def _note_verifying(keys: Sequence[str]) -> None:
    write(settings_folder() / "sealing.json", json.dumps({"verifying": list(keys)}).encode())
