from __future__ import annotations

import re

import pytest

from limen.cli.front_config import run
from limen.demo.harbor import copy_to
from limen.errors import LimenError
from limen.front.config.guarded import FrontConfigError


def _harbor(tmp_path) -> None:
    copy_to(tmp_path, prefer_usual_ports=True)
    file = tmp_path / "limen.toml"
    file.write_text(re.sub(r"limen\.harbor\.localhost:\d+", "limen.harbor.localhost:8000", file.read_text()))


@pytest.mark.parametrize("front", ["nginx", "caddy", "envoy"])
def test_it_is_printed_for_the_companys_apps(tmp_path, capsys, front) -> None:
    _harbor(tmp_path)
    run(front, tmp_path)
    said = capsys.readouterr().out
    for app in ("wiki", "git", "warehouse"):
        assert f"{app}.harbor.localhost" in said


def test_a_front_that_nobody_knows_is_refused(tmp_path) -> None:
    with pytest.raises(LimenError):
        run("apache", tmp_path)


def test_a_front_can_not_listen_where_limen_does(tmp_path) -> None:
    copy_to(tmp_path, prefer_usual_ports=True)
    with pytest.raises(FrontConfigError):
        run("nginx", tmp_path)
