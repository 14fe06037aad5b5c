from __future__ import annotations

from pathlib import Path

from tests.web.conftest import House

from limen.backup.errors import BackupError
from limen.backup.schedule import BackupStatus
from limen.clock import DAY
from limen.web.console.backups import about_backups

NOW = 30 * DAY


def standing(**different: object) -> BackupStatus:
    usual = {"last_at": NOW - 1, "is_on": True, "is_beside_data": False, "is_overdue": False, "failed": None}
    return BackupStatus(folder=Path("/mnt/backups"), kept=(), **{**usual, **different})  # type: ignore[arg-type]


def said(**different: object) -> list[str]:
    return [step.what for step in about_backups(standing(**different), NOW)]


def test_the_most_pressing_thing_alone_is_advised() -> None:
    assert list(about_backups(None, NOW)) == []
    assert said() == []
    assert said(is_beside_data=True) == ["Backups are stored on this machine's own disk"]
    assert said(last_at=NOW - 9 * DAY, is_overdue=True, is_beside_data=True) == ["The last backup is 9 days old"]
    assert said(last_at=0, is_overdue=True, is_beside_data=True) == ["There is no backup yet"]
    assert said(last_at=0, failed=BackupError("it broke", "mend it")) == ["The last backup failed"]


async def test_one_is_taken_on_request_and_nothing_of_it_leaves(house: House, tmp_path: Path) -> None:
    ada = house.browser()
    await house.administrator(ada)
    assert "There is no backup yet" in (await ada.get("/console")).text
    before = (await ada.get("/console/backups")).text
    assert "There are no backups yet" in before
    assert 'href="/console/backups" aria-current="page"' in before
    done = await ada.post("/console/backups")
    assert (done.status_code, done.headers["location"]) == (303, "/console/backups")
    after = (await ada.get("/console/backups")).text
    assert "own disk" in after
    (name,) = [file.name for file in (tmp_path / "harbor" / "data" / "backups").iterdir()]
    assert name in after
    house.limen.journal.wait_settled()
    assert len(house.events("backup.taken")) == 1
    assert (await ada.get(f"/console/backups/{name}")).status_code == 404


async def test_taking_one_needs_a_young_proof_and_an_administrator(house: House, tmp_path: Path) -> None:
    ada, tom = house.browser(), house.browser()
    await house.administrator(ada)
    await house.member(tom, "Tom", "auditors")
    await tom.get("/console/backups")
    assert (await tom.post("/console/backups")).headers["location"].startswith("/not-yet")
    await ada.get("/console/backups")
    house.clock.forward(15 * 60_000)
    assert (await ada.post("/console/backups")).headers["location"].startswith("/step-up")
    assert not (tmp_path / "harbor" / "data" / "backups").exists()
