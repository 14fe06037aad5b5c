"""Harbor, Oscar who asks and Farid who approves."""

from __future__ import annotations

from tests.access.at_harbor import farid, harbor, oscar

__all__ = ["farid", "harbor", "oscar"]
