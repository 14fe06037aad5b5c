"""The nouns of sharing rules. They lie below all parts, because the gateway uses them too and imports no other part."""

from __future__ import annotations

from limen.facts.passing import Channel, Judged, Passing, Step

__all__ = ["Channel", "Judged", "Passing", "Step"]
