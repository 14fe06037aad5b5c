"""Whether firewalls still follow: which has not asked for long, has other rules in force than were confirmed there, or
asks from two places at once, as where its secret was copied (pure).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from limen.admission import network_of
from limen.clock import MINUTE, Instant, Milliseconds
from limen.network.firewalls.followers import Heard
from limen.network.firewalls.store import EnrolledFirewall

SILENT, OTHER_RULES, TWICE = "silent", "other-rules", "twice"
SILENT_AFTER: Final[Milliseconds] = 5 * MINUTE
"""Without a question, though it asks at least every half minute: what opens and closes does not reach it."""
SETTLES: Final[Milliseconds] = 2 * MINUTE
"""How long a firewall may take to have in force what was confirmed."""
AT_ONCE: Final[Milliseconds] = 2 * MINUTE


class Unheard:
    """What is so is said once, until it is over. `since`: when one began to listen."""

    def __init__(self, since: Instant) -> None:
        self._since = since
        self._other_since: dict[str, Instant] = {}
        self._said: set[tuple[str, str]] = set()
        self._from: dict[str, list[tuple[str, Instant]]] = {}

    def look(
        self,
        firewalls: Iterable[EnrolledFirewall],
        heard: Mapping[str, Heard],
        changing: Collection[str],
        now: Instant,
    ) -> Iterator[tuple[EnrolledFirewall, str]]:
        """What is wrong now and was not said. `changing`: the names of those with a change that is open."""
        for one in firewalls:
            last = heard.get(one.id)
            is_other = last is not None and one.name not in changing and last.in_force != one.digest
            since = self._other_since.setdefault(one.id, now) if is_other else self._other_since.pop(one.id, now)
            wrong = {
                SILENT: now - (last.at if last is not None else max(self._since, one.enrolled_at)) > SILENT_AFTER,
                OTHER_RULES: is_other and now - since > SETTLES,
            }
            for why, is_so in wrong.items():
                if is_so and (one.id, why) not in self._said:
                    yield one, why
                (self._said.add if is_so else self._said.discard)((one.id, why))

    def asks_twice(self, firewall_id: str, address: str, now: Instant) -> bool:
        """Whether it asked from somewhere else in between, within minutes: a firewall that moves does not come back."""
        here = network_of(address)
        places = self._from.setdefault(firewall_id, [])
        if places and places[-1][0] == here:
            places[-1] = here, now
            return False
        is_back = any(place == here and now - at < AT_ONCE for place, at in places[:-1])
        self._from[firewall_id] = [*places[-1:], (here, now)]
        return is_back
