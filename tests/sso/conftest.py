"""Harbor with apps that sign people in through Limen."""

from __future__ import annotations

from tests.sso.harbor import grafana, house, mia
from tests.web.conftest import lost_lease

__all__ = ["grafana", "house", "lost_lease", "mia"]
