"""From which devices things were opened, and who was refused for their device alone, of what the journal's decisions
come to.

Whether somebody was refused for their device is not guessed from the policies' names: the policies in force are asked
again, once with the facts as they were and once with a device that lacks nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

import msgspec

from limen.clock import DAY, Instant, Milliseconds
from limen.company.company import Company
from limen.devices.compliance import COMPLIANT
from limen.facts import CHECKS, Device, Facts
from limen.facts.facts_json import facts_from_json
from limen.policy import Engine
from limen.policy.cedar_view import view_of
from limen.policy.decision import Effect
from limen.roadmap.counted.reading import Counted
from limen.roadmap.counted.sheet import PERMITTED, Refused
from limen.roadmap.devices.past_access import PastAccess
from limen.roadmap.devices.refusals import Asked, Told, refusals
from limen.storage.journal import Reader

WINDOW: Final[Milliseconds] = 30 * DAY
MOST_ASKED: Final = 5_000
"""Of so many refusals that are not alike the policies are asked again."""
_HELP: Final = ("device.released", "device.managed_changed", "device.signal_ended")
_BREATHES_AFTER: Final = 100


def past_access(
    reader: Reader, counted: Counted, company: Company, now: Instant, breathe: Callable[[], object]
) -> PastAccess:
    """`breathe` is called between parts: what it raises ends the work."""
    asking = _Asking(company, counted, breathe)
    asked = list(asking.asked())
    helped = [
        Told(event.subject, event.at)
        for event in reader.of_kinds(_HELP, now - WINDOW)
        if event.actor not in {"", event.subject}
    ]
    return PastAccess(counted.accesses, refusals(asked, helped), is_whole=counted.is_whole and asking.is_whole)


class _Asking:
    """Asks the policies in force about each class of refusals once."""

    def __init__(self, company: Company, counted: Counted, breathe: Callable[[], object]) -> None:
        self._engine, self._apps = company.engine(), company.all_apps
        self._counted = counted
        self._breathe = breathe
        self._because: dict[tuple[str, str], bool] = {}
        self.is_whole = True

    def asked(self) -> Iterator[Asked]:
        """What was permitted, and what was refused for the device."""
        for actor, one in self._counted.attempts:
            is_permit = one.refused == PERMITTED
            if is_permit or self._is_for_the_device(actor, one.refused):
                yield Asked(actor, one.app, one.action, one.at, is_permit)

    def _is_for_the_device(self, actor: str, name: str) -> bool:
        key = actor, name
        if key not in self._because:
            refused = self._counted.refused[key]
            if refused.app not in self._apps:
                return False
            if len(self._because) >= MOST_ASKED:
                self.is_whole = False
                return False
            if len(self._because) % _BREATHES_AFTER == 0:
                self._breathe()
            self._because[key] = self._mended(refused)
        return self._because[key]

    def _mended(self, refused: Refused) -> bool:
        try:
            facts = facts_from_json(msgspec.json.decode(refused.facts))
        except msgspec.DecodeError:  # no facts: `verify` tells of it
            return False
        return _is_mended(self._engine, refused, replace(facts, app=self._apps[refused.app]))


def _is_mended(engine: Engine, one: Refused, facts: Facts) -> bool:
    """Whether a device that lacks nothing is all that was missing."""

    def answer(device: Device) -> Effect:
        return engine.answer(one.request, view_of(replace(facts, device=device)), one.now)[0]

    whole = replace(
        facts.device,
        id=facts.device.id or "d_whole",
        known=True,
        compliance=COMPLIANT,
        managed=True,
        binding=max(facts.device.binding, 2),
        seen_at=one.now,
        passing=frozenset(CHECKS),
        fresh_ms=0,
        due_at=0,
        bound_until=0,
    )
    return answer(facts.device) is not Effect.PERMIT and answer(whole) is Effect.PERMIT
