"""A part of 150 lines brings everything that a part may bring, and no other file was changed for it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from itertools import combinations
from pathlib import Path

import pytest
from tests.dial import PLACE
from tests.sample.pillar import PILLAR, Training, table
from tests.web import conftest as web
from tests.web.conftest import HARBOR, Browser, House

from limen.cli.main import main
from limen.company.load import check_folder
from limen.doctor.examine import examine
from limen.identity.store import erasure
from limen.pillar import Pillar
from limen.pillars import PILLARS, using
from limen.policy.decision import Effect
from limen.storage import metadata

SAMPLE = Path(__file__).parent / "sample"
NEEDS_TRAINING = """
@id("wiki-needs-training")
@title("The wiki only after the training")
forbid (principal, action, resource == App::"wiki") unless { context.training.known };
"""


@pytest.fixture(autouse=True)
def sample() -> Iterator[None]:
    table()
    with using((*PILLARS, PILLAR)):
        yield
    metadata.remove(table())


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        folder = tmp_path / "harbor"
        yield await web.move_in(closing, folder, with_training)


def with_training(folder: Path) -> None:
    (folder / "training.yaml").write_text("course: Harbor and its secrets\n")
    (folder / "policies" / "60-training.cedar").write_text(NEEDS_TRAINING)
    (folder / "policies" / "tests.yaml").unlink()
    with (folder / "limen.toml").open("a") as settings:
        settings.write("\n[training]\nmonths = 6\n")


def test_it_is_small() -> None:
    written = [file for file in SAMPLE.rglob("*") if file.suffix in {".py", ".html"}]
    assert sum(len([line for line in file.read_text().splitlines() if line.strip()]) for file in written) <= 150


async def test_its_table_fact_event_pages_setting_and_file_work_together(house: House) -> None:
    limen = house.limen
    ada, eve = house.browser(), house.browser()
    await house.administrator(ada)
    eve_id = await house.member(eve, "Eve", "staff")
    assert limen.settings.section(Training).months == 6
    assert limen.in_force.company is not None
    assert limen.in_force.company.parts["training.yaml"].title == "Harbor and its secrets"

    assert await reasons(house, eve) == ["wiki-needs-training"]
    assert (await eve.get("/training")).status_code == 200
    assert (await eve.post("/training/done")).status_code == 303
    assert await reasons(house, eve) == []

    assert eve_id in (await ada.get("/console/training")).text
    (event,) = house.events("training.done")
    assert (event.actor, event.subject) == (eve_id, eve_id)


async def reasons(house: House, browser: Browser) -> list[str]:
    """The policies that keep this browser's person from the wiki."""
    there = await house.into(browser, "wiki")
    cookie = "; ".join(f"{one.name}={one.value}" for one in there.client.cookies.jar)
    host = house.limen.known.apps["wiki"].host.encode()
    answer = house.limen.doors.decide_request("gateway", b"GET", host, b"/", cookie.encode(), "203.0.113.7")
    assert answer.decision is not None
    return [] if answer.effect is Effect.PERMIT else [one.policy for one in answer.decision.reasons]


def test_its_file_and_its_section_are_checked_with_their_lines(tmp_path: Path) -> None:
    folder = harbor(tmp_path)
    (folder / "training.yaml").write_text("course: 7\n")
    with (folder / "limen.toml").open("a") as settings:
        settings.write("\n[training]\nmoths = 6\n")
    found = {(one.file, one.line > 0) for one in check_folder(folder).problems}
    assert found == {("training.yaml", True), ("limen.toml", True)}


async def test_its_examination_is_the_doctors(tmp_path: Path) -> None:
    found = await examine(harbor(tmp_path))
    assert [one.what for one in found if one.name == "training"] == ["a training counts for 12 months"]


def test_its_command_is_listed_and_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--help"], ["training", str(tmp_path)]):
        with pytest.raises(SystemExit) as left:
            main(words)
        assert left.value.code in {0, None}
    out = capsys.readouterr().out
    assert "  training " in out
    assert str(tmp_path) in out


async def test_what_it_keeps_of_a_person_goes_with_them(house: House) -> None:
    await house.administrator(house.browser())
    eve = house.browser()
    eve_id = await house.member(eve, "Eve", "staff")
    await eve.get("/training")
    await eve.post("/training/done")
    database = house.limen.database
    assert database.read(lambda snapshot: erasure.rows_of(snapshot.connection, eve_id))["trainings"] == 1
    database.write(lambda transaction: erasure.delete_person(transaction.connection, eve_id, house.clock.now()))
    assert database.read(lambda snapshot: erasure.rows_of(snapshot.connection, eve_id)) == {}


OPTIONAL = [pillar for pillar in (*PILLARS, PILLAR) if pillar.is_optional]
CHOICES = [some for size in range(len(OPTIONAL) + 1) for some in combinations(OPTIONAL, size)]
"""The fewest first: none, each alone, …, all but one, all."""
TRIED = CHOICES if PLACE == "ci" else [one for one in CHOICES if len(one) not in range(2, len(OPTIONAL) - 1)]


@pytest.mark.parametrize(
    "chosen",
    TRIED,
    ids=lambda some: "+".join(pillar.name for pillar in some) or "none",
)
async def test_limen_starts_and_decides_with_any_of_the_optional_parts(
    tmp_path: Path, chosen: tuple[Pillar, ...]
) -> None:
    required = [pillar for pillar in PILLARS if not pillar.is_optional]
    with using((*required, *chosen)):
        async with AsyncExitStack() as closing:
            house = await web.move_in(closing, tmp_path / "harbor")
            eve = house.browser()
            await house.administrator(house.browser())
            await house.member(eve, "Eve", "staff")
            assert list(house.limen.parts) == [pillar.name for pillar in (*required, *chosen)]
            unknown = [] if any(pillar.name == "monitor" for pillar in chosen) else ["highest-risk"]
            assert await reasons(house, eve) == unknown


def harbor(tmp_path: Path) -> Path:
    folder = tmp_path / "harbor"
    shutil.copytree(HARBOR, folder)
    return folder
