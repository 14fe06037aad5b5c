"""Everything that a folder of exports tells: each file recognised, and taken by whoever knows its kind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from limen.assessing import google, microsoft
from limen.assessing.domains import take_zone
from limen.assessing.entries import Entry
from limen.assessing.folder import RefusedError, read_folder, refuse_all, shown
from limen.assessing.kinds import Kind
from limen.assessing.lists import take_addresses, take_devices, take_people
from limen.assessing.recognising import Recognised, recognised
from limen.assessing.told import Taken, Told
from limen.clock import Instant

UNKNOWN: Final = "nothing is known of what stands in it"
_TAKING: Final[dict[Kind, Callable[[Told, Entry], None]]] = {
    **microsoft.TAKING,
    **google.TAKING,
    Kind.DEVICES: take_devices,
    Kind.ADDRESSES: take_addresses,
}


def told_by(folder: Path, now: Instant, step: Callable[[int, int], object] = lambda _done, _whole: None) -> Told:
    """Reads all files; `step` is told how many are done. Raises LimenError that names every file that is refused."""
    found = read_folder(folder)
    told = Told(now, left_out=list(found.left_out))
    refused: list[RefusedError] = []
    for number, file in enumerate(found.files):
        step(number, len(found.files))
        try:
            _take(told, recognised(file))
        except RefusedError as error:
            refused.append(error)
    refuse_all(refused)
    return told


def _take(told: Told, one: Recognised) -> None:
    count = 0
    if one.kind is None:
        told.left_out.append((shown(one.file.name), UNKNOWN))
        return
    if one.kind is Kind.DNS:
        count = take_zone(told, one.file)
    elif one.kind is Kind.PEOPLE:
        count = take_people(told, one.file)
    elif one.kind is Kind.FIREWALL:
        told.firewall.append(one.file)
        count = 1
    elif one.entries is not None:
        for count, entry in enumerate(one.entries, 1):  # noqa: B007 -- how many there were
            _TAKING[one.kind](told, entry)
    told.taken.append(Taken(shown(one.file.name), one.kind, count))
