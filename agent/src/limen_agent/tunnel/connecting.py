"""From the question to the tunnel and its end: it is up while the door is open, which is asked again and again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from threading import Event
from typing import Final

from limen_agent.errors import AgentError
from limen_agent.printable import one_line
from limen_agent.tunnel.here import interface
from limen_agent.tunnel.interface import Interface, address_of
from limen_agent.tunnel.key import TunnelKey
from limen_agent.tunnel.told import Door, UnfitError, Way, door, way
from limen_agent.wire.client import Client

ASK_S: Final = 2.0
AWAY_S: Final = 25.0
"""How long Limen may not be reached: a little less than it keeps a tunnel that it hears nothing of."""


@dataclass
class Connecting:
    """`say` tells whoever ran it. `stopping` is set when they end it. `interface` "" is the usual one; `domains` are
    those whose names are taken though the internet may have them; `state` is the agent's folder.
    """

    client: Client
    app: str
    key: TunnelKey
    interface: str
    domains: tuple[str, ...]
    state: Path
    say: Callable[[str], None]
    stopping: Event

    def run(self) -> None:
        """Returns when the door has closed, or they ended it. Raises AgentError."""
        up: Interface | None = None
        is_told = False
        heard = time.monotonic()
        try:
            while not self.stopping.is_set():
                try:
                    answer = self.client.tunnel(self.app, self.key.public)
                except AgentError:
                    if up is None or time.monotonic() - heard > AWAY_S:
                        raise
                    self.stopping.wait(ASK_S)
                    continue
                heard = time.monotonic()
                how = way(answer.body.get("tunnel"))
                where = address_of(how.host) if how is not None and up is None else ""
                end = where or "0.0.0.0"  # noqa: S104 -- an address that no route has
                opened = door(answer.body.get("open"), end, self.domains) if how is not None else None
                if not is_told and opened is None:
                    self.say(f"Open it in a browser on this computer:\n{answer.text('page', 400)}")
                    is_told = True
                if up is not None and opened is None:
                    self.say("It was closed.")
                    return
                if up is None and how is not None and opened is not None:
                    up = self._up(how, where, opened)
                self.stopping.wait(ASK_S)
        finally:
            if up is not None:
                up.close()
            self._leave()

    def _up(self, how: Way, where: str, opened: Door) -> Interface:
        endpoint = f"[{where}]:{how.port}" if ":" in where else f"{where}:{how.port}"
        if where in how.resolvers:
            raise UnfitError("names would be asked at the tunnel's own end")
        resolvers = how.resolvers if opened.names else ()
        up = interface(self.interface, self.key, how, endpoint, self.state)
        try:
            up.lead(dict.fromkeys((*opened.routes, *map(ip_network, resolvers))))
            why_not = up.name(opened.names, resolvers) if resolvers else ""
        except BaseException:
            up.close()
            raise
        until = time.strftime("%H:%M", time.localtime(opened.until))
        self.say(f"Connected until {until}, by {', '.join(opened.services)}. Ctrl-C ends it.")
        for name, routes in opened.to.items():
            plain = [str(one.network_address) if one.num_addresses == 1 else str(one) for one in routes]
            self.say(f"  {name:20} {one_line(' '.join(plain), 200)}")
        self._say_names(opened, why_not)
        return up

    def _say_names(self, opened: Door, why_not: str) -> None:
        if why_not:
            self.say(f"Use these addresses. Names can't be had here: {one_line(why_not, 300)}")
        elif opened.names:
            self.say(f"By name: {', '.join(opened.names)}")
        if opened.not_taken:
            what = f"Not taken, since the internet may have it too: {', '.join(opened.not_taken)}."
            self.say(f"{what} Where it is your company's: --names {opened.not_taken[0].partition('.')[2]}")

    def _leave(self) -> None:
        """Limen would forget it by itself a little later."""
        try:
            self.client.tunnel(self.app, self.key.public, leave=True)
        except AgentError:
            return
