from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

from limen.extras import how_to_install

ROOT = Path(__file__).parent.parent
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]


@pytest.mark.parametrize("extra", EXTRAS)
def test_each_extra_is_installed_where_limen_runs_and_is_in_the_how_to(extra: str) -> None:
    assert f"{sys.executable} -m pip install 'limen[{extra}]'" in how_to_install(extra)
    assert f"| `{extra}` |" in (ROOT / "docs/how-to/install.md").read_text()
