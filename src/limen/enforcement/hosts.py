"""Which app lives on a host, and what its paths ask for, as fast as a look into a dictionary."""

from __future__ import annotations

from limen.enforcement.request_action import Kept, Routes
from limen.facts import LIMEN, App, FactStore

HOSTS_KEPT = 1_024


class Hosts:
    """The apps' hosts, as requests name them; read anew when the apps are others than before."""

    def __init__(self, known: FactStore) -> None:
        self._known = known
        self._apps: object = None
        self._found: dict[bytes, Routes | None] = {}
        self._kept = Kept()

    def routes(self, host: bytes) -> Routes | None:
        """Of the app that lives on `host` (a Host field's value), or None; Limen's own host is no app's."""
        if self._apps is not self._known.apps_by_host:
            self._apps = self._known.apps_by_host
            self._forget()
        try:
            return self._found[host]
        except KeyError:
            return self._find(host)

    def app_on(self, host: bytes) -> App | None:
        """The app that lives on `host`, or None."""
        routes = self.routes(host)
        return routes.app if routes else None

    def _find(self, host: bytes) -> Routes | None:
        app = self._known.apps_by_host.get(plain_host(host))
        if len(self._found) >= HOSTS_KEPT:
            self._forget()
        routes = Routes(app, self._kept) if app is not None and app.id != LIMEN else None
        if len(host) <= 255:
            self._found[host] = routes
        return routes

    def _forget(self) -> None:
        self._found, self._kept = {}, Kept()


def plain_host(host: bytes) -> str:
    """A Host field's value without its port, in lower case; what is no host name comes out as one no app has."""
    name = host.decode("latin-1").lower()
    bare, colon, port = name.partition(":")
    if colon and not (port.isascii() and port.isdigit()):
        return "?"
    return bare if bare.isascii() and all(c.isalnum() or c in ".-" for c in bare) else "?"
