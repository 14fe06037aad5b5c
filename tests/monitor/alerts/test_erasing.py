"""What names an erased person without their id goes; what is somebody else's, and what others did, stays."""

from __future__ import annotations

from functools import partial

import msgspec
from sqlalchemy import select
from tests.devices.laptops import Ida
from tests.monitor.over_harbor import SPRAY, about, alerts_of, hit, open_alerts, score, take
from tests.web.conftest import House

from limen.clock import DAY
from limen.monitor.alerts import erasing, findings
from limen.monitor.alerts.model import Verdict
from limen.monitor.alerts.suppressing import Wanted
from limen.pillar import ErasedPerson
from limen.privacy.erase import erase_person
from limen.storage.tables import metadata


async def erase(house: House, person_id: str) -> None:
    now = house.clock.now()
    await house.limen.core.write(
        partial(erase_person, person_id=person_id, now=now, by="server", why="asked for it", may_deactivate=True)
    )


def everything(house: House) -> str:
    """All that is kept of alerts, as text."""
    names = ("findings", "alerts", "alert_cases", "alert_suppressions", "alert_responses")
    tables = [metadata.tables[name] for name in names]
    rows = house.limen.database.read(lambda s: [row for one in tables for row in s.connection.execute(select(one))])
    return "\n".join(str(tuple(row)) for row in rows).casefold()


async def test_what_logs_call_them_goes_with_its_alert_and_case(harbor: House, ida: Ida, ada: Ida) -> None:
    person = harbor.limen.known.people[ida.id]
    local, domain = person.email.split("@")
    called = (person.email, person.email.upper(), local, f"{domain.partition('.')[0].upper()}\\{local}", person.name)
    for number, name in enumerate(called):
        await take(harbor, hit(harbor, number, rule=f"r{number}", entity=f"user:{name}", says={"user": name}))
    await take(harbor, hit(harbor, 50, rule="rx", entity="user:mira", says={"user": "mira"}))
    await alerts_of(harbor).suppress(Wanted("r0", f"user:{local}", DAY, "too many"), by="p_else")
    await erase(harbor, ida.id)
    (left,) = await open_alerts(harbor)
    assert left.rule == "rx"
    assert len(await alerts_of(harbor).cases(is_open=None)) == 1
    assert await alerts_of(harbor).suppressions() == []
    text = everything(harbor)
    assert not [name for name in (person.email, person.name, ida.id) if name.casefold() in text]
    assert score(harbor, ida.id)[0] == 0


async def test_alerts_about_others_say_their_name_no_more(harbor: House, ida: Ida, ada: Ida) -> None:
    person = harbor.limen.known.people[ida.id]
    local = person.email.split("@")[0]
    says = {"target_user": local, "object": f"mailbox of {person.email.upper()}", "count": 7, "host": "wren"}
    await take(harbor, hit(harbor, rule=SPRAY, says=says, **about(ada.id)))
    (alert,) = await open_alerts(harbor)
    await alerts_of(harbor).close(alert.id, Verdict.REAL, by="p_else", why=f"It was {person.name} and {person.email}")
    await erase(harbor, ida.id)
    text = everything(harbor)
    assert not [name for name in (person.email, person.name) if name.casefold() in text]
    (case,) = await alerts_of(harbor).cases(is_open=False)
    assert case.alerts[0].says == {"target_user": "", "object": "mailbox of –", "count": 7, "host": "wren"}
    (found,) = harbor.limen.database.read(lambda s: findings.of_alert(s.connection, alert.id, 9))
    assert found.hit.says == case.alerts[0].says
    assert msgspec.json.encode(found.hit)


async def test_a_name_that_two_have_is_taken_from_neither(harbor: House, ida: Ida) -> None:
    person = harbor.limen.known.people[ida.id]
    gone = ErasedPerson(ida.id, "Ida Moor", person.email, (("Ida Moor", "moor@harbor.example"),))
    await take(harbor, hit(harbor, entity="user:Ida Moor", says={"user": "Ida Moor"}))
    await take(harbor, hit(harbor, 2, rule=SPRAY, entity="user:ida", says={"user": "ida"}))
    await harbor.limen.core.write(lambda t: erasing.erase(t.connection, gone))
    (left,) = await open_alerts(harbor)
    assert (left.entity, left.says) == ("user:Ida Moor", {"user": "Ida Moor"})
