"""Attacks on identity run against the same whole identity as its own tests."""

from __future__ import annotations

from tests.identity.conftest import house, stranger, visitor

__all__ = ["house", "stranger", "visitor"]
