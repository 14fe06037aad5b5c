"""Taking links away that may not stand: by the vendor's API, with what came of it journaled."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from limen.clock import Instant
from limen.connectors.sharing import SharedItem, SharingDrive
from limen.connectors.vendor_client import VendorError
from limen.data.inventory.model import Store
from limen.data.links.kinds import REMOVED, STANDS
from limen.data.links.looking import is_about_the_item
from limen.data.links.model import AGAIN_AFTER, NEEDS, Cannot, KeptLink, LinkState, Why
from limen.events import Event, Outcome

_GONE: Final = frozenset({404, 410})
_NOT_SIGNED_IN: Final = 401
_NO_RIGHT: Final = frozenset({_NOT_SIGNED_IN, 403})


@dataclass(frozen=True, slots=True)
class TakingAway:
    """`record` journals."""

    record: Callable[[Event], object]

    async def take(self, drive: SharingDrive, store: Store, link: KeptLink, now: Instant) -> KeptLink:
        """What is to be kept of the link. Raises VendorError where the vendor does not answer at all."""
        due = link if link.state is LinkState.STANDS else replace(link, state=LinkState.STANDS, why=Why.UNJUSTIFIED)
        cannot = await _ended(drive, due)
        if not cannot:
            self._tell(REMOVED.name, due, {}, now)
            return replace(due, state=LinkState.REMOVED, cannot="", made_at=now, due_at=0)
        if cannot != link.cannot:
            needs = {"needs": NEEDS[store.kind]} if cannot is Cannot.NO_RIGHT else {}
            self._tell(STANDS.name, due, {"cannot": str(cannot), **needs}, now)
        return replace(due, cannot=cannot, due_at=now + AGAIN_AFTER)

    def _tell(self, kind: str, link: KeptLink, more: dict[str, str], now: Instant) -> None:
        details: dict[str, str | int | bool] = {"store": link.store, "why": link.why, "event": link.event, **more}
        outcome = Outcome.FAILURE if kind == STANDS.name else Outcome.SUCCESS
        self.record(Event(at=now, kind=kind, subject=link.person_id, outcome=outcome, details=details))


def others_outside(known: Iterable[KeptLink], event: str, now: Instant) -> list[KeptLink]:
    """What else lets somebody outside at a document that is quarantined, as it is to be taken away."""
    return [
        replace(one, state=LinkState.STANDS, why=Why.QUARANTINED, event=event, made_at=now, due_at=now) for one in known
    ]


async def _ended(drive: SharingDrive, link: KeptLink) -> Cannot | None:
    """Why the permission could not be ended; None where it is there no more. Its end is seen, and not only said."""
    if not link.at:
        return Cannot.OF_DRIVE
    try:
        await drive.remove(link.at, link.permission)
        left = await drive.permissions(SharedItem(link.at, ""))
    except VendorError as error:
        if error.status in _GONE:
            return None
        if not is_about_the_item(error) and error.status != _NOT_SIGNED_IN:
            raise
        return Cannot.NO_RIGHT if error.status in _NO_RIGHT else Cannot.REFUSED
    return Cannot.REFUSED if any(one.id == link.permission for one in left) else None
