from __future__ import annotations

from sqlalchemy import select
from tests.identity.conftest import House
from tests.identity.workload_terms import terms

from limen.clock import DAY
from limen.identity import workloads
from limen.identity.model import Terms, Visitor
from limen.identity.workload_reminders import WorkloadReminders, reminder, stage_of
from limen.mail.store import mails
from limen.messages import Language


def told(house: House) -> list[str]:
    return list(house.database.read(lambda s: s.connection.scalars(select(mails.c.person_id)).all()))


async def test_its_owner_is_reminded_once_at_each_stage_and_its_end_is_journaled(
    house: House, visitor: Visitor
) -> None:
    admin = (await house.administrator(house.passkey(), visitor)).person
    now = house.clock.now()
    said = Terms(admin.id, "Sends the invoices", now + 40 * DAY)
    workloads.add(house.database, "batch", ["wiki"], [], 90, now, terms=said, by="server")
    remind, before, done = WorkloadReminders(house.ports).remind, len(told(house)), []
    for days in (0, 10, 0, 23, 0, 6, 1, 5):  # 40, 30, 30, 7, 7 and 1 days before, its end, and after
        house.clock.forward(days * DAY)
        done.append(await remind())
    assert done == [0, 1, 0, 1, 0, 1, 1, 0]
    assert told(house)[before:] == [admin.id] * 3
    (event,) = house.events("workload.expired")
    assert event.details == {"name": "batch"}


async def test_where_its_owner_is_gone_administrators_are(house: House, visitor: Visitor) -> None:
    admin = (await house.administrator(house.passkey(), visitor)).person
    now, before = house.clock.now(), len(told(house))
    workloads.add(house.database, "batch", ["wiki"], [], 90, now, terms=terms(now, days=5), by="server")
    assert await WorkloadReminders(house.ports).remind() == 1
    assert told(house)[before:] == [admin.id]


def test_stages() -> None:
    days = (0, 69, 70, 92, 93, 98, 99, 100, 200)
    assert [stage_of(100 * DAY, day * DAY) // DAY for day in days] == [0, 0, 70, 70, 93, 93, 99, 100, 100]
    assert stage_of(0, 5) == 0


async def test_the_mail_names_the_program_in_the_owners_language(house: House, visitor: Visitor) -> None:
    admin = (await house.administrator(house.passkey(), visitor)).person
    now = house.clock.now()
    issued = workloads.add(house.database, "batch", ["wiki"], [], 90, now, terms=terms(now), by="server")
    written = {reminder(admin, issued.workload, house.ports, language.value).subject for language in Language}
    assert len(written) == len(Language)
    assert {"batch" in subject for subject in written} == {True}, written
