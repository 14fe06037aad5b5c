from __future__ import annotations

from tests.sso.shared_signals.receiving.harbor import house, mia, okta, there

__all__ = ["house", "mia", "okta", "there"]
