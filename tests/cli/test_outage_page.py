from __future__ import annotations

from limen.cli.outage_page import run
from limen.demo.harbor import copy_to


def test_it_is_printed_for_the_company(tmp_path, capsys) -> None:
    copy_to(tmp_path, prefer_usual_ports=False)
    run(tmp_path)
    assert "Harbor" in capsys.readouterr().out
