"""`limen-agent report`: once, now. Where the service runs it does it, and this waits for it."""

from __future__ import annotations

import time
from typing import Final

from limen_agent.collectors.looking import look
from limen_agent.collectors.memory import KeptMemory
from limen_agent.collectors.this_machine import ThisMachine
from limen_agent.errors import AgentError
from limen_agent.printable import one_line
from limen_agent.service.running import ASKED, open_client
from limen_agent.service.service import Service
from limen_agent.service.wishes import Wish
from limen_agent.state.folder import BusyError, StateFolder
from limen_agent.state.record import Record, read_record

WAIT_S: Final = 60


def report(folder: StateFolder) -> int:
    try:
        with folder.held():
            record = _by_ourselves(folder)
    except BusyError:
        record = _by_the_service(folder)
    if record.problem:
        raise AgentError(f"not reported: {record.problem}", record.fix)
    print(f"Reported, number {record.seq}: {one_line(str(record.answer.get('compliance', 'unknown')), 40)}")
    return 0


def _by_ourselves(folder: StateFolder) -> Record:
    client, machine, memory = open_client(folder), ThisMachine(), KeptMemory(folder)
    record = read_record(folder)
    service = Service(
        client=client, folder=folder, record=record, look=lambda ids: look(machine, memory, ids), say=lambda _: None
    )
    try:
        service.serve(Wish("asked", {"*"}))
    finally:
        client.close()
    return record


def _by_the_service(folder: StateFolder) -> Record:
    before = read_record(folder)
    folder.write(ASKED, b"")
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        time.sleep(0.2)
        now = read_record(folder)
        if now.seq != before.seq or now.problem_at > before.problem_at:
            return now
    raise AgentError("the service did not report within a minute", "see its log: journalctl -u limen-agent")
