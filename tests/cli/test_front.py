from __future__ import annotations

import pytest

from limen.cli.front import run
from limen.demo.harbor import copy_to
from limen.errors import LimenError


def test_without_a_mode_it_says_what_to_write(tmp_path) -> None:
    copy_to(tmp_path, prefer_usual_ports=False)
    with pytest.raises(LimenError, match="where certificates come from"):
        run(tmp_path)
