"""All detectors that Limen ships with, by id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from limen.data.detectors import business, payments, people, personal
from limen.data.detectors.identities import every as identities
from limen.data.detectors.secrets import every as secrets
from limen.data.model import Detector, Kind

DETECTORS: Final = {
    one.id: one for module in (payments, identities, personal, people, business, secrets) for one in module.DETECTORS
}


def of_kinds(kinds: Iterable[Kind]) -> list[Detector]:
    """The detectors of these kinds, in the order of their declaration."""
    wanted = set(kinds)
    return [one for one in DETECTORS.values() if one.kind in wanted]
