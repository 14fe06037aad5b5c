"""How it goes with what is sent to an app: for how long it is left alone, and that it is in trouble, said once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from limen.clock import DAY, MINUTE, SECOND, Instant, Milliseconds
from limen.connectors.turns import BrokenOffError
from limen.connectors.vendor_client import VendorError
from limen.events import Event, Outcome
from limen.pillar import Core
from limen.sso.provisioning import store
from limen.sso.provisioning.store import AppState

FIRST_QUIET: Final[Milliseconds] = 5 * SECOND
LONGEST_QUIET: Final[Milliseconds] = 15 * MINUTE
_OF_THE_APP: Final = frozenset(
    {"unreachable", "slow", "untrusted", "off-limits", "throttled", "not-allowed", "redirects", "too-much"}
)


def is_of_the_app(error: VendorError) -> bool:
    """Whether something is wrong with the app itself, and not with what was sent of one person."""
    return error.word in _OF_THE_APP or error.status >= 500


def asked_to_wait(error: Exception) -> Milliseconds:
    """For how long an app wants to be left alone: no more than a day, whatever it says."""
    return min(round(error.wait_seconds * SECOND), DAY) if isinstance(error, VendorError) else 0


@dataclass(frozen=True, slots=True)
class AppHealth:
    """Writes down how it goes with apps."""

    core: Core

    async def is_in_trouble(self, app: str, error: VendorError | BrokenOffError) -> None:
        """It is left alone for as long as it says, or longer each time."""
        state, now = await self._state(app), self.core.clock.now()
        quiet = asked_to_wait(error) or min(FIRST_QUIET << min(state.troubles, 10), LONGEST_QUIET)
        values = {"quiet_until": now + quiet, "trouble": error.what[:300], "troubles": state.troubles + 1}
        await self.core.database.writing(lambda t: store.set_app(t.connection, app, **values))
        if not state.trouble:
            self.tell(app, error.what, now)

    def tell(self, app: str, error: str, now: Instant) -> None:
        """Comparing an app begins to fail; or does so no more, where `error` is ""."""
        kind, outcome = ("provision.failed", Outcome.FAILURE) if error else ("provision.back_again", Outcome.SUCCESS)
        details = {"app": app, **({"error": error} if error else {})}
        self.core.journal.record(Event(at=now, kind=kind, outcome=outcome, details={**details}))

    async def is_well(self, app: str) -> None:
        if not (await self._state(app)).trouble:
            return
        values = {"quiet_until": 0, "trouble": "", "troubles": 0}
        await self.core.database.writing(lambda t: store.set_app(t.connection, app, **values))
        self.tell(app, "", self.core.clock.now())

    async def _state(self, app: str) -> AppState:
        states = await self.core.database.reading(lambda snapshot: store.app_states(snapshot.connection))
        return states.get(app, AppState(app))
