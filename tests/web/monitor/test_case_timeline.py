"""The timeline of a case: findings, what was done, verdicts, and the journal of whom it is about, in one order."""

from __future__ import annotations

from tests.devices.laptops import Ida
from tests.monitor.over_harbor import about, ada, agent, alerts_of, harbor, hit, ida, take, the_case
from tests.web.conftest import House, ports_of

from limen.monitor.alerts.model import Verdict
from limen.monitor.response.model import Doing
from limen.web.monitor.case_timeline import CaseLine, folded, timeline

__all__ = ["ada", "agent", "harbor", "ida"]


class Shown:
    """As much of a site as the timeline asks."""

    def __init__(self, house: House) -> None:
        self.ports, self.known = ports_of(house), house.limen.known

    async def in_thread(self, work):  # type: ignore[no-untyped-def]
        return work()


async def test_all_of_it_the_newest_first(harbor: House, ida: Ida, ada: Ida) -> None:
    await take(harbor, hit(harbor, 1, **about(ida.id)), hit(harbor, 2, rule="b", **about(ida.id)))
    whole = await the_case(harbor)
    done = await alerts_of(harbor).do(whole.case.id, Doing.STEP_UP, ("person", ida.id), by=ada.id)
    await alerts_of(harbor).undo(done.id, by=ada.id)
    await alerts_of(harbor).close(whole.alerts[0].id, Verdict.EXPECTED, by=ada.id)
    harbor.limen.journal.flush()
    lines = await timeline(Shown(harbor), await the_case(harbor))  # type: ignore[arg-type]
    assert [one.at for one in lines] == sorted((one.at for one in lines), reverse=True)
    sorts = [one.sort for one in lines]
    assert (sorts.count("found"), sorts.count("done"), sorts.count("ended"), sorts.count("said")) == (2, 1, 1, 1)
    journal = [one for one in lines if one.sort == "journal"]
    assert journal
    assert {one.who for one in journal} == {"Ida"}


def test_alike_lines_of_the_journal_that_follow_each_other_are_one() -> None:
    lines = [CaseLine(9 - n, sort, title, "Ida") for n, (sort, title) in enumerate(MIXED)]
    assert [(one.at, one.title, one.count) for one in folded(lines)] == [
        (9, "looked", 2),
        (7, "signed in", 1),
        (6, "looked", 1),
        (5, "rule", 1),
        (4, "rule", 1),
    ]


MIXED = [
    (one, title)
    for one, title in (
        ("journal", "looked"),
        ("journal", "looked"),
        ("journal", "signed in"),
        ("journal", "looked"),
        ("found", "rule"),
        ("found", "rule"),
    )
]
