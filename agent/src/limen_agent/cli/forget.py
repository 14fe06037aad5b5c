"""`limen-agent forget`: key and state are deleted here. Limen keeps the device until it is retired there."""

from __future__ import annotations

import sys
from contextlib import suppress

from limen_agent import certificate
from limen_agent.collectors import memory
from limen_agent.errors import AgentError
from limen_agent.keys import file_key, tpm_key
from limen_agent.service.running import ASKED
from limen_agent.state import chain, enrolment, record
from limen_agent.state.folder import StateFolder
from limen_agent.tunnel import key as tunnel_key


def forget(folder: StateFolder, *, is_sure: bool) -> int:
    if not is_sure:
        if not sys.stdin.isatty():
            raise AgentError("nothing was deleted: nobody can be asked", "run it with --yes")
        if input(
            "Delete this device's key and state? It has to be enrolled anew afterwards. [y/N] "
        ).casefold() not in {"y", "yes"}:
            print("Nothing was deleted.")
            return 1
    with folder.held():
        for name in (
            enrolment.NAME,
            file_key.NAME,
            tpm_key.NAME,
            chain.NAME,
            record.NAME,
            memory.NAME,
            certificate.NAME,
            tunnel_key.NAME,
            ASKED,
        ):
            folder.remove(name)
    with suppress(OSError):
        record.SHARED.unlink()
    print("Forgotten. Limen still lists the device until somebody retires it there.")
    return 0
