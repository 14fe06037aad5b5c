"""The wheel that all ways to install are tried with."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.install.wheelhouse import WHEELS, built_into
from tests.real_parts import need


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need((WHEELS / "complete").is_file(), f"what Limen needs is not in {WHEELS}; `python3 do.py test` fetches it")
    return built_into(tmp_path_factory.mktemp("wheel"))
