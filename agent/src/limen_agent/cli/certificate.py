"""`limen-agent certificate`: until when it counts, and how a browser gets it."""

from __future__ import annotations

import os
import secrets
import time
from dataclasses import replace
from pathlib import Path

from limen_agent.certificate import MOST_STORES, Certificate, put_into, read_certificate
from limen_agent.errors import AgentError
from limen_agent.printable import one_line
from limen_agent.state.folder import StateFolder


def certificate(folder: StateFolder, pkcs12: Path | None, store: Path | None) -> int:
    kept = read_certificate(folder)
    if kept is None or kept.until <= time.time():
        raise AgentError(
            "this device has no certificate that counts",
            "where Limen issues them, the service asks for one with its next report: limen-agent report",
        )
    if store is not None:
        _into(folder, kept, store.absolute())
    if pkcs12 is not None:
        _write(kept, pkcs12)
    hours = max(0, int(kept.until - time.time())) // 3_600
    print(f"The certificate for {one_line(kept.domain, 253)} counts for {hours} more hours; the service renews it.")
    for one in kept.stores:
        print(f"It is put into {one_line(one, 200)} each time.")
    return 0


def _into(folder: StateFolder, kept: Certificate, store: Path) -> None:
    put_into(kept, store)
    if str(store) not in kept.stores:
        if len(kept.stores) >= MOST_STORES:
            raise AgentError(f"it is put into {MOST_STORES} stores already", "run `limen-agent forget` to begin anew")
        replace(kept, stores=(*kept.stores, str(store))).keep(folder)
    print(f"A browser that uses {store} has it from its next start on.")


def _write(kept: Certificate, file: Path) -> None:
    """As a file under a passphrase that is shown once, for a browser on this machine that has a store of its own."""
    passphrase = secrets.token_urlsafe(12)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise AgentError(f"{file} can't be written: {error.strerror}", "name a file that is not there yet") from None
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(kept.as_pkcs12(passphrase.encode()))
    print(f"{file} can be imported with the passphrase {passphrase}. Delete it afterwards.")
