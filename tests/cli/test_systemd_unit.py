from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from limen.cli.systemd_unit import run, unit
from limen.data.extraction.pool import WORKERS
from limen.data.extraction.worker import MEMORY
from limen.errors import LimenError


def of(*, is_front: bool, folder: str = "/srv/harbor", more: tuple[Path, ...] = ()) -> str:
    key, data = Path("/etc/limen/master.key"), Path(folder) / "data"
    front = {"is_front": is_front, "has_front": is_front}
    return unit(Path("/bin/true"), Path(folder), data, "root", key, **front, more=more)


@pytest.mark.parametrize("is_front", [True, False])
def test_systemd_finds_nothing_wrong_with_it(tmp_path: Path, is_front: bool) -> None:
    text = of(is_front=is_front, more=(Path("/srv/sales desk"),))
    assert ("CAP_NET_BIND_SERVICE" in text) == is_front
    assert ("LoadCredential" in text) != is_front
    assert "\nLimitNOFILE=65536\n" in text
    if shutil.which("systemd-analyze") is None:
        said = "systemd IS NOT INSTALLED: the unit was not verified (apt-get install systemd)"
        if os.environ.get("LIMEN_REQUIRE_ALL") == "1":
            pytest.fail(said)
        pytest.skip(said)
    file = tmp_path / ("limen-front.service" if is_front else "limen.service")
    file.write_text(text)
    done = subprocess.run(["systemd-analyze", "verify", str(file)], capture_output=True, text=True, check=False)
    assert file.name not in done.stderr, done.stderr


def test_a_part_of_limen_may_write_where_it_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = of(is_front=False, more=(Path("/srv/sales & more"), Path("/srv/q")))
    assert '\nReadWritePaths="-/srv/sales & more"\nReadWritePaths="-/srv/q"\n' in text
    for wrong in ('/srv/a"b', "/srv/%h", "/srv/a\nb"):
        with pytest.raises(LimenError):
            of(is_front=False, more=(Path(wrong),))
    (tmp_path / "limen.toml").write_text(
        'name = "Harbor"\ndomain = "harbor.example"\n[data]\nshares = { sales = "/srv/sales" }\n'
    )
    run(tmp_path, user="limen", key=Path("/k"))
    assert 'ReadWritePaths="-/srv/sales"' in capsys.readouterr().out
    run(tmp_path, front=True, user="limen", key=Path("/k"))
    assert "/srv/sales" not in capsys.readouterr().out


def test_a_path_that_a_unit_would_read_otherwise_is_refused() -> None:
    with pytest.raises(LimenError):
        of(is_front=False, folder="/srv/a\nExecStart=/bin/sh")


def test_what_hashes_passwords_may_lower_its_priority() -> None:
    """What is allowed last counts: before it, all that changes priorities is taken out."""
    filters = [line for line in of(is_front=False).splitlines() if line.startswith("SystemCallFilter=")]
    before, last = filters[:-1], filters[-1].partition("=")[2].split()
    assert any(line.startswith("SystemCallFilter=~") and "@resources" in line for line in before)
    assert last == ["sched_setscheduler", "setpriority"]


def test_the_unit_has_room_for_what_reads_documents() -> None:
    """Limen itself takes up to 200 MB; what runs out of memory ends one reader, and not the service."""
    text = of(is_front=False)
    most = int(re.search(r"^MemoryMax=(\d+)G$", text, re.MULTILINE)[1]) << 30
    assert most >= (200 << 20) + WORKERS * MEMORY
    assert "\nOOMPolicy=continue\n" in text
