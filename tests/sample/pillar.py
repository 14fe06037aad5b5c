"""A part of Limen, whole and small: who has done the security training. No other file was changed for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Column, String, Table, insert, select

from limen.configuration.problem import Problem
from limen.configuration.tree import Tree
from limen.events import Event
from limen.events.kind import ACCOUNT, Family, Kind, Owner, Topic
from limen.finding import Finding, State
from limen.pillar import Around, Command, Core, Declarations, FolderFile, Installation, Pillar, Running
from limen.policy.attribute import Attribute, Better, Kind as Type
from limen.settings import Section
from limen.storage import Snapshot, metadata

HERE = Path(__file__).parent
TOPIC = Topic(Family("Training"), Owner.PERSON, "Your trainings", "A training of yours")
DONE = Kind("training.done", "Somebody did the training", TOPIC, ACCOUNT, 99, acknowledged=True)
KNOWN = Attribute(
    "training.known", Type.BOOL, Better.HIGHER, worst=False, matter="groups", form="the training was done"
)


class Training(Section):
    """The security training."""

    months: int = 12
    """How long one counts."""


@dataclass(frozen=True)
class Course:
    title: str


@dataclass(frozen=True)
class Trainings:
    """What runs: it writes down who did the training."""

    core: Core

    async def done(self, person_id: str) -> None:
        def work(transaction: Any) -> int:
            now = self.core.clock.now()
            transaction.connection.execute(insert(table()).values(person_id=person_id, at=now))
            transaction.say(Event(at=now, kind="training.done", actor=person_id, subject=person_id))
            return transaction.changed("training", person_id)

        await self.core.settled(await self.core.database.writing(work))


def table() -> Table:
    columns = (Column("person_id", String(40), primary_key=True), Column("at", BigInteger, nullable=False))
    return Table("trainings", metadata, *columns, extend_existing=True)


def read(tree: Tree, _around: Around) -> tuple[Course | None, list[Problem]]:
    if not isinstance(title := tree.plain().get("course"), str):
        return None, [Problem("training.yaml", *tree.at("course"), "the course has no title", "give it one")]
    return Course(title), []


def declarations() -> Declarations:
    return Declarations(
        attributes=(KNOWN,),
        events=(DONE,),
        settings=Training,
        files=(
            FolderFile(
                "training.yaml", Course, read, lambda _old, new: [f"the course is {new}"], lambda _known, _course: None
            ),
        ),
        tables=(table(),),
        migrations=HERE / "migrations",
    )


def people(snapshot: Snapshot) -> list[str]:
    return list(snapshot.connection.scalars(select(table().c.person_id)))


def prepare(core: Core) -> None:
    def apply(everybody: list[str]) -> None:
        for person_id in everybody:
            core.known.learned.put(("person", person_id), KNOWN.path, True)

    core.feed.at_start(people, apply)
    core.feed.on("training", lambda snapshot, _key: people(snapshot), lambda _key, everybody: apply(everybody))


async def build(core: Core) -> Running:
    return Running(offers=(Trainings(core),))


async def examine(here: Installation) -> list[Finding]:
    return [Finding("training", State.OK, f"a training counts for {here.settings.section(Training).months} months")]


def run(folder: Path) -> None:
    print(f"Trainings of {folder} are listed in the console.")


PILLAR = Pillar(
    name="training",
    commands={"training": Command("tests.sample.pillar", "Say where trainings are listed")},
    pages=("tests.sample.pages",),
    declarations=declarations,
    prepare=prepare,
    build=build,
    examinations={"training": examine},
)
