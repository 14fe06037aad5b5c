"""`limen-agent status`: explains itself to the device's owner, who need not be root."""

from __future__ import annotations

import json
import os
from dataclasses import asdict

from limen_agent import __version__
from limen_agent.cli.showing import shown
from limen_agent.cli.what_is_read import NEVER_READ, READ
from limen_agent.errors import AgentError
from limen_agent.state.enrolment import Enrolment, read_enrolment
from limen_agent.state.folder import SYSTEM, StateFolder
from limen_agent.state.record import Record, read_record, read_shared


def status(folder: StateFolder, *, is_json: bool) -> int:
    enrolment, record = _state(folder)
    if is_json:
        said = {"agent": __version__, **asdict(enrolment), **asdict(record), "reads": READ, "never_reads": NEVER_READ}
        del said["nonce"]
        print(json.dumps(said, indent=1))  # in ASCII: what Limen sent can steer no terminal
    else:
        print("\n".join(shown(enrolment, record)))
    return 1 if record.ended or record.problem else 0


def _state(folder: StateFolder) -> tuple[Enrolment, Record]:
    """From the state folder, or for whoever may not read that, from what the service shares."""
    try:
        return read_enrolment(folder), read_record(folder)
    except AgentError:
        shared = read_shared() if os.geteuid() != 0 or folder.path == SYSTEM else None
        if shared is None:
            raise
        return shared
