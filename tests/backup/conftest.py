from __future__ import annotations

from pathlib import Path

import pytest
from tests.backup.saved_company import Served, serve_once


@pytest.fixture
def served(tmp_path: Path) -> Served:
    return serve_once(tmp_path)
