"""`limen-agent run`: what the service of systemd starts."""

from __future__ import annotations

from limen_agent.service import running
from limen_agent.state.folder import StateFolder


def run(folder: StateFolder, users: tuple[str, ...]) -> int:
    running.run(folder, users, lambda line: print(line, flush=True))
    return 0
