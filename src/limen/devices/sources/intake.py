"""Taking what a source says: kept, compared with the enrolled devices, and judged, all in one commit.

A record that is older than the one that is kept changes nothing, so nothing that was said can be brought back by
sending it again. What a source says of a device counts as soon as it is kept; the device is judged by whoever calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from limen.clock import MINUTE, Instant
from limen.devices import store as devices
from limen.devices.sources import store
from limen.devices.sources.matching import Word, matches
from limen.devices.sources.record import Kept, Record
from limen.events import Event
from limen.storage import Transaction

FARTHEST_AHEAD: Final = 5 * MINUTE
"""How far the clock of a source may be ahead."""


@dataclass(frozen=True, slots=True)
class Taken:
    """How many records were new or other than before, how many the same or older, and how many are gone; and the
    enrolled devices of which something else is said now.
    """

    changed: int = 0
    same: int = 0
    gone: int = 0
    touched: frozenset[str] = frozenset()

    def __add__(self, other: Taken) -> Taken:
        return Taken(
            self.changed + other.changed,
            self.same + other.same,
            self.gone + other.gone,
            self.touched | other.touched,
        )


def take(
    transaction: Transaction,
    source: str,
    records: Iterable[Record],
    now: Instant,
    owner_of: Callable[[str], str],
) -> Taken:
    """Take over what `source` says. `owner_of` gives the id of the person with an email address, or ""."""
    connection = transaction.connection
    said = {one.id: replace(one, seen_at=min(one.seen_at, now)) for one in records}
    held = store.records(connection, source, said)
    changed = 0
    touched: set[str] = set()
    for record in said.values():
        before = held.get(record.id)
        owner_id = owner_of(record.owner)
        if before is not None and not _is_news(record, owner_id, before):
            continue
        changed += 1
        store.keep(connection, Kept(source, record, owner_id, now))
        touched |= _matched_anew(transaction, Kept(source, record, owner_id, now), now)
    return Taken(changed=changed, same=len(said) - changed, touched=frozenset(touched))


def drop(transaction: Transaction, source: str, ids: Iterable[str]) -> Taken:
    """The source knows these no longer."""
    gone, touched = 0, set[str]()
    for record_id in ids:
        touched |= store.matches(transaction.connection, source, record_id).keys()
        store.remove(transaction.connection, source, record_id)
        gone += 1
    return Taken(gone=gone, touched=frozenset(touched))


def match_device(transaction: Transaction, device_id: str, now: Instant) -> frozenset[str]:
    """A device was enrolled, or has come to its end: compare it anew with what is told. Which devices that touches."""
    connection = transaction.connection
    about = [store.records(connection, source, [one])[one] for source, one in store.matched_to(connection, device_id)]
    about += store.claiming(connection, *devices.keys_of_device(connection, device_id))
    touched: set[str] = set()
    for kept in {(one.source, one.record.id): one for one in about}.values():
        touched |= _matched_anew(transaction, kept, now)
    return frozenset(touched)


def _is_news(record: Record, owner_id: str, before: Kept) -> bool:
    """Whether the record says something else, and is not older. The same again with a newer date is news, too."""
    if record.seen_at < before.record.seen_at:
        return False
    return record != before.record or owner_id != before.owner_id


def _matched_anew(transaction: Transaction, kept: Kept, now: Instant) -> set[str]:
    """Which devices this record is about; all that it was, or is now."""
    connection, record = transaction.connection, kept.record
    before = store.matches(connection, kept.source, record.id)
    claimants = devices.claimants(connection, record.serial, record.hardware_id)
    found = matches(record.serial, record.hardware_id, kept.owner_id, claimants)
    if found != before:
        store.set_matches(connection, kept.source, record.id, found)
        is_contested = len(found) > 1
        for device_id, word in found.items():
            is_claim = word is Word.OF_ANOTHER or (word is Word.DOUBTFUL and is_contested)
            if is_claim and (before.get(device_id) is not word or len(before) != len(found)):
                _tell(transaction, kept, device_id, word, now)
    return before.keys() | found.keys()


def _tell(transaction: Transaction, kept: Kept, device_id: str, word: Word, now: Instant) -> None:
    """A device says it is a machine that is somebody else's, or that others say they are, too."""
    device = devices.by_id(transaction.connection, device_id)
    transaction.say(
        Event(
            at=now,
            kind="device.claimed",
            subject=device.owner_id if device is not None else "",
            device=device_id,
            reason=word.value,
            details={"source": kept.source, "record": kept.record.id[:40]},
        )
    )
