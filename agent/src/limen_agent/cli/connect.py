"""`limen-agent connect APP`: a tunnel to what an app leads to, until its door closes or whoever ran it ends it."""

from __future__ import annotations

import re
import signal
import threading
from typing import Final

from limen_agent.errors import AgentError
from limen_agent.service.running import open_client
from limen_agent.state.folder import StateFolder
from limen_agent.tunnel.connecting import Connecting
from limen_agent.tunnel.key import kept_key
from limen_agent.tunnel.told import is_dns_name

_APP: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")


def connect(folder: StateFolder, app: str, interface: str, domains: tuple[str, ...] = ()) -> int:
    if not _APP.fullmatch(app):
        raise AgentError(f"{app[:40]!r} is not an app's ID", "see the page Connections in Limen")
    for domain in domains:
        if not is_dns_name(domain):
            raise AgentError(f"{domain[:100]!r} is no domain", "write it in lowercase, as corp.harbor.example")
    client, stopping = open_client(folder), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stopping.set())
    try:
        Connecting(client, app, kept_key(folder), interface, domains, folder.path, _say, stopping).run()
    finally:
        client.close()
    return 0


def _say(said: str) -> None:
    print(said, flush=True)
