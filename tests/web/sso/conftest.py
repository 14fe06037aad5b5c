"""The pages of Harbor with apps that sign people in through Limen."""

from __future__ import annotations

from tests.sso.harbor import house

__all__ = ["house"]
