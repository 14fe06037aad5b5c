"""From the question to the tunnel and its end: it is up while the door is open, which is asked again and again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Final

from limen_agent.errors import AgentError
from limen_agent.printable import one_line
from limen_agent.tunnel.interface import Interface, address_of
from limen_agent.tunnel.key import TunnelKey
from limen_agent.tunnel.told import Door, Way, door, way
from limen_agent.wire.client import Client

ASK_S: Final = 2.0
AWAY_S: Final = 25.0
"""How long Limen may not be reached: a little less than it keeps a tunnel that it hears nothing of."""


@dataclass
class Connecting:
    """`say` tells whoever ran it. `stopping` is set when they end it."""

    client: Client
    app: str
    key: TunnelKey
    interface: str
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
                opened = door(answer.body.get("open"), where or "0.0.0.0") if how is not None else None  # noqa: S104
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
        up = Interface(self.interface, self.key, how, endpoint)
        try:
            up.lead(opened.routes)
        except BaseException:
            up.close()
            raise
        until = time.strftime("%H:%M", time.localtime(opened.until))
        self.say(f"Connected until {until}, by {', '.join(opened.services)}. Ctrl-C ends it.")
        for name, routes in opened.to.items():
            plain = [str(one.network_address) if one.num_addresses == 1 else str(one) for one in routes]
            self.say(f"  {name:20} {one_line(' '.join(plain), 200)}")
        return up

    def _leave(self) -> None:
        """Limen would forget it by itself a little later."""
        try:
            self.client.tunnel(self.app, self.key.public, leave=True)
        except AgentError:
            return
