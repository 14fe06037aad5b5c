"""Everything of the service put together, and its threads."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

from limen_agent.collectors.looking import look
from limen_agent.collectors.memory import KeptMemory
from limen_agent.collectors.this_machine import ThisMachine
from limen_agent.errors import AgentError
from limen_agent.keys.choosing import load_key
from limen_agent.logs.following import Following
from limen_agent.proof.callers import allowed
from limen_agent.proof.request import Challenge
from limen_agent.proof.server import ProofServer
from limen_agent.service.service import Service
from limen_agent.service.watching import watch_files, watch_packet_filter, watch_pulses
from limen_agent.state.chain import Chain
from limen_agent.state.enrolment import read_enrolment
from limen_agent.state.folder import StateFolder
from limen_agent.state.record import SHARED, read_record
from limen_agent.wire.client import Client
from limen_agent.wire.connection import Connection

ASKED = "asked"
"""A file in the state folder by which `report` asks the running service."""
PORTS_AGAIN_S = 30.0
"""So often ports that somebody else holds are tried again: any user of the machine may take them first."""


def open_client(folder: StateFolder) -> Client:
    """The client of this device, from its state. Raises AgentError."""
    enrolment = read_enrolment(folder)
    key = load_key(folder, enrolment.key_kind)
    client = Client(enrolment, key, Chain.load(folder), Connection(enrolment.address, enrolment.ca_file))
    client.nonce = read_record(folder).nonce
    return client


def run(folder: StateFolder, users: tuple[str, ...], say: Callable[[str], None]) -> None:
    """Serve until a signal comes, or Limen ends it. Raises AgentError where it can't begin."""
    allowed(users)
    with folder.held():
        client = open_client(folder)
        machine, memory = ThisMachine(), KeptMemory(folder)
        following = Following(client, folder, say)
        service = Service(
            client=client,
            folder=folder,
            record=read_record(folder),
            look=lambda ids: look(machine, memory, ids),
            shared=SHARED if os.geteuid() == 0 else None,
            say=say,
            want_logs=following.want,
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: service.stop())
        proofs = _proof_server(client, users)
        threads = _threads(service, folder, machine, proofs, say)
        for name, work in {**threads, "logs": lambda: following.run(service.stopping)}.items():
            threading.Thread(target=work, name=name, daemon=True).start()
        tell_systemd("READY=1")
        try:
            service.run()
        finally:
            tell_systemd("STOPPING=1")
            service.stop()
            proofs.stop()
            client.close()


def _threads(
    service: Service, folder: StateFolder, machine: ThisMachine, proofs: ProofServer, say: Callable[[str], None]
) -> dict[str, Callable[[], None]]:
    return {
        "ports": lambda: listen_to_browsers(proofs, service.stopping, say),
        "events": service.listen,
        "files": lambda: watch_files(service.notice, service.stopping, machine),
        "packet filter": lambda: watch_packet_filter(service.notice, service.stopping),
        "pulses": lambda: watch_pulses(service.notice, service.stopping, machine),
        "asked": lambda: _when_asked(service, folder),
    }


def _proof_server(client: Client, users: tuple[str, ...]) -> ProofServer:
    def prove(asked: Challenge) -> str:
        return client.proof(challenge=asked.challenge, session=asked.session, origin=asked.origin)

    enrolment = client.enrolment
    return ProofServer(
        ports=enrolment.agent_ports,
        origins=enrolment.origins,
        device=enrolment.device,
        prove=prove,
        may_ask=lambda: allowed(users),
    )


def listen_to_browsers(proofs: ProofServer, stopping: threading.Event, say: Callable[[str], None]) -> None:
    """Until a port is free no browser can be tied to this device, which Limen sees; all else goes on."""
    said = ""
    while not stopping.is_set():
        try:
            proofs.start()
        except AgentError as error:
            if str(error) != said:
                said = str(error)
                say(said)
            stopping.wait(PORTS_AGAIN_S)
        else:
            say(f"browsers may ask on 127.0.0.1:{proofs.port}")
            return


def _when_asked(service: Service, folder: StateFolder) -> None:
    file = folder.path / ASKED
    while not service.stopping.wait(0.5):
        if file.exists():
            with suppress(OSError):
                file.unlink()
            service.wishes.add("asked")


def tell_systemd(state: str) -> None:
    """One line for whoever started this as a service of type notify (sd_notify(3)); silent without systemd."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if sys.platform != "linux" or not address.startswith(("/", "@")):
        return
    place = f"\0{address[1:]}" if address.startswith("@") else address
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.sendto(state.encode(), place)
