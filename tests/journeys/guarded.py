"""Harbor, and a real router between its office and its servers that follows it; for journeys that see packets pass."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.journeys.conftest import Harbor, serve
from tests.network.firewalls.real_router import RealRouter, limen_reached, real_router
from tests.network.firewalls.world import NAME, SERVER
from tests.ports import free_port

from limen.network.firewalls import changes, service, store
from limen.network.firewalls.intended import intended
from limen.network.firewalls.store import CONFIRMED
from limen.network.model import Network


@dataclass
class Guarded:
    """Harbor, and the router between its office and its servers, which follows it."""

    harbor: Harbor
    router: RealRouter

    def becomes(self, *, reachable: bool, port: int = 3_389) -> float:
        """How many seconds it took until the server was reachable from the office, or was not."""
        begun = time.monotonic()
        while self.router.reaches(10, SERVER, port) is not reachable:
            assert time.monotonic() < begun + 10, self.router.run("nft", "list", "table", "inet", "limen")
            time.sleep(0.02)
        return time.monotonic() - begun

    def take_rules(self) -> None:
        """Send what network.yaml means, and wait until the router has confirmed it by its own check."""
        core = self.harbor.limen.core
        now, network = core.clock.now(), core.known.rules_of(Network)
        ruleset = intended(network, NAME, "2026-11-27", now).ruleset
        made = lambda write: changes.make_change(write, NAME, ruleset, "reach", now, "")  # noqa: E731
        change = self.harbor.run(core.write(made))
        until = time.monotonic() + 20
        while self._state(change.id) != CONFIRMED:
            assert time.monotonic() < until, self.router.said("follow")
            time.sleep(0.1)

    def _state(self, change: str) -> str:
        reading = self.harbor.limen.core.database.reading
        found = self.harbor.run(reading(lambda snapshot: store.last_changes(snapshot.connection, NAME)))
        return next(one.state for one in found if one.id == change)


@contextmanager
def guarding(
    folder: Path, write: Callable[[Path], None], ports: tuple[int, ...] = (443, 3_389), *, takes_rules: bool = True
) -> Iterator[Guarded]:
    """Harbor with what `write` puts into its folder, and a router before a server that listens on these ports."""
    harbor, stop = serve(folder / "limen", free_port(), free_port(), None, write)
    with ExitStack() as closing:
        closing.callback(stop)
        router = closing.enter_context(real_router(folder / "router"))
        for each in ports:
            closing.enter_context(router.listening(20, each))
        yield closing.enter_context(followed_by(harbor, router, takes_rules=takes_rules))


@contextmanager
def followed_by(harbor: Harbor, router: RealRouter, *, takes_rules: bool = True) -> Iterator[Guarded]:
    """The router follows Harbor, with the rules of its network or, as one that just enrolled, without any."""
    reached = limen_reached(router, harbor.port)
    harbor.run(reached.__aenter__())
    try:
        core = harbor.limen.core
        now = core.clock.now()
        token = harbor.run(core.write(lambda write: service.make_token(write, NAME, now, "")))
        router.enrol(harbor.origin, token)
        router.follow()
        one = Guarded(harbor, router)
        if takes_rules:
            one.take_rules()
        yield one
    finally:
        harbor.run(reached.__aexit__(None, None, None))
