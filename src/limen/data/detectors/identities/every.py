"""All numbers of people and companies that Limen knows."""

from __future__ import annotations

from typing import Final

from limen.data.detectors.identities import documents, english_speaking, european_union, german_speaking, vat

DETECTORS: Final = tuple(
    one for module in (english_speaking, german_speaking, european_union, documents, vat) for one in module.DETECTORS
)
