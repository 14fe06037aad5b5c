"""Directories asked in turn, over a whole identity: who comes, changes and goes, and when nobody does."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable

import pytest
from tests.identity.conftest import House
from tests.identity.sources.conftest import AtWork
from tests.identity.sources.ldap.conftest import domain, office
from tests.samba_dc import DISABLED, NORMAL, SECRET as AT_SAMBA, SambaDc
from tests.slapd import BASE, DATABASE_ADMINS, DOMAIN_ADMINS, LIMEN, LOCKED, PEOPLE, SECRET, Slapd

from limen.clock import HOUR, MINUTE
from limen.identity.model import PersonStatus
from limen.identity.sources.ldap.asking import Directories
from limen.identity.sources.ldap.store import DirectoryState
from limen.identity.sources.model import Did, Source

pytestmark = pytest.mark.slow


class AtSlapd:
    """People of Harbor in slapd, and Limen that asks it."""

    def __init__(self, at_work: AtWork, there: Slapd) -> None:
        self.at_work = at_work
        self.house: House = at_work.house
        self.there = there
        self.staff = there.add_group(
            "staff", *(there.add_person(one, one.title(), f"{one}@harbor.example") for one in NAMES)
        )
        self.source = office(there, self.staff)

    @property
    def directories(self) -> Directories:
        return self.house.parts.directories

    async def begin(self, source: Source | None = None) -> None:
        self.source = source or self.source
        self.at_work.declare(self.source)
        await self.directories.connect(self.source, SECRET, by="")

    async def asked(self, *, after: int = 6 * MINUTE) -> DirectoryState:
        """How it went, when its turn came after so long."""
        self.house.clock.forward(after)
        await self.directories.ask_due()
        return (await self.directories.states())["office"]

    async def active(self) -> set[str]:
        there = await self.at_work.members()
        return {name for name, one in there.items() if one.status is not PersonStatus.INACTIVE}

    async def last(self) -> dict[str, int]:
        (office,) = [one for one in await self.at_work.sources.overview() if one.source.id == "office"]
        return dict(office.runs[0].counts)


_number = itertools.count()
NAMES = ("vera", "oscar", "ida", "nils")
EVERYBODY = {name.title() for name in NAMES}


@pytest.fixture
def at_slapd(at_work: AtWork, there: Slapd) -> AtSlapd:
    return AtSlapd(at_work, there)


async def test_everybody_comes_with_their_groups(at_slapd: AtSlapd) -> None:
    await at_slapd.begin()
    state = await at_slapd.asked()
    assert (state.asked.error, state.whole.people, state.whole.units) == ("", 4, (PEOPLE,))
    assert state.whole.took_ms >= 0
    there = await at_slapd.at_work.members()
    assert {name: one.person.groups for name, one in there.items()} == {key: {"staff"} for key in EVERYBODY}
    assert [event.details for event in at_slapd.house.events("people_source.ran")] == [{"source": "office", "added": 4}]


async def test_who_is_locked_is_found_by_what_changed_and_who_is_gone_when_all_is_read(at_slapd: AtSlapd) -> None:
    for group in (DOMAIN_ADMINS, DATABASE_ADMINS, at_slapd.staff):
        at_slapd.there.delete(group)
    await at_slapd.begin(office(at_slapd.there))
    first = await at_slapd.asked()
    at_slapd.there.set(f"uid=vera,{PEOPLE}", pwdAccountLockedTime=LOCKED)
    at_slapd.there.delete(f"uid=oscar,{PEOPLE}")
    second = await at_slapd.asked()
    assert second.whole.at == first.whole.at
    assert await at_slapd.active() == EVERYBODY - {"Vera"}
    third = await at_slapd.asked(after=HOUR)
    assert third.whole.at > first.whole.at
    assert await at_slapd.active() == EVERYBODY - {"Vera", "Oscar"}


Breaks = Callable[[Slapd], object]


@pytest.mark.parametrize(
    ("breaks", "word"),
    [
        (lambda there: there.stop(), "reached"),
        (lambda there: there.hide("entry"), ""),
        (lambda there: there.hide("member"), "group"),
        (lambda there: there.set(f"cn=reader,{BASE}", userPassword="another"), "secret"),
    ],
)
async def test_what_could_not_be_read_takes_nothing_from_anybody(at_slapd: AtSlapd, breaks: Breaks, word: str) -> None:
    await at_slapd.begin()
    await at_slapd.asked()
    breaks(at_slapd.there)
    for _ in range(3):
        state = await at_slapd.asked(after=2 * HOUR)
        assert state.asked.error
        assert word in state.asked.error
    assert state.asked.failures == 3
    assert await at_slapd.active() == EVERYBODY
    there = await at_slapd.at_work.members()
    assert {one.person.groups for one in there.values()} == {frozenset({"staff"})}
    assert len(at_slapd.house.events("people_source.failed")) == 1


async def test_an_answer_that_the_directory_cut_short_takes_nothing(at_slapd: AtSlapd) -> None:
    """By slapd's own limit for this account, 500: it answers with the first of them, and sizeLimitExceeded."""
    await at_slapd.begin(office(at_slapd.there, bind_as=LIMEN))
    await at_slapd.asked()
    at_slapd.there.add_people(500)
    state = await at_slapd.asked(after=HOUR)
    assert state.asked.error
    assert await at_slapd.active() == EVERYBODY


async def test_people_of_a_unit_that_vanished_keep_access_until_somebody_answers(at_slapd: AtSlapd) -> None:
    sales = f"ou=sales,{PEOPLE}"
    with at_slapd.there.as_root() as root:
        assert root.add(sales, ["organizationalUnit"], {"ou": "sales"})
        assert root.modify_dn(f"uid=ida,{PEOPLE}", "uid=ida", new_superior=sales), root.result
    await at_slapd.begin(office(at_slapd.there))
    await at_slapd.asked()
    at_slapd.there.delete(f"uid=ida,{sales}")
    at_slapd.there.delete(sales)
    state = await at_slapd.asked(after=HOUR)
    assert state.whole.lost_unit == sales
    assert await at_slapd.active() == EVERYBODY
    assert (await at_slapd.last())[Did.HELD] == 1
    assert [event.details["unit"] for event in at_slapd.house.events("people_source.unit_lost")] == [sales]
    assert (await at_slapd.asked(after=HOUR)).whole.lost_unit == ""
    assert await at_slapd.active() == EVERYBODY
    assert await at_slapd.at_work.sources.go_on("office", by="") == 1
    assert await at_slapd.active() == EVERYBODY - {"Ida"}


async def test_too_many_gone_stop_and_ask(at_slapd: AtSlapd) -> None:
    source = office(at_slapd.there)
    await at_slapd.begin(Source("office", source.kind, "Office", people=1, settings=source.settings))
    await at_slapd.asked()
    for name in ("oscar", "nils"):
        at_slapd.there.delete(f"uid={name},{PEOPLE}")
    await at_slapd.asked(after=HOUR)
    assert await at_slapd.active() == EVERYBODY
    assert len(at_slapd.house.events("people_source.stopped")) == 1
    await at_slapd.at_work.sources.go_on("office", by="")
    assert await at_slapd.active() == {"Vera", "Ida"}


async def test_without_a_password_nothing_is_asked(at_slapd: AtSlapd) -> None:
    at_slapd.at_work.declare(at_slapd.source)
    state = await at_slapd.asked()
    assert "limen people-source connect office" in state.asked.error
    await at_slapd.begin(office(at_slapd.there, bind_as=LIMEN))
    assert (await at_slapd.asked()).asked.error == ""
    elsewhere = office(at_slapd.there)
    at_slapd.at_work.declare(elsewhere)
    assert (await at_slapd.asked()).asked.error, "the password is for another account"


async def test_looking_first_changes_nothing(at_slapd: AtSlapd) -> None:
    await at_slapd.begin()
    told: list[int] = []
    read = await at_slapd.directories.read(at_slapd.source, lambda number: _note(told, number))
    foreseen = await at_slapd.at_work.sources.foresee("office", list(read.people))
    assert foreseen.counts == {Did.ADDED: 4}
    assert told == [4]
    assert await at_slapd.at_work.members() == {}


def _note(told: list[int], number: int) -> Awaitable[None]:
    async def note() -> None:
        told.append(number)

    return note()


async def test_nobody_takes_over_whom_an_address_belongs_to(at_slapd: AtSlapd, house: House) -> None:
    """Mallory, who may change her own entry, writes an administrator's address into it."""
    await house.invited("Ada", "ada@elsewhere.example", groups=["administrators"])
    await at_slapd.begin(office(at_slapd.there))
    await at_slapd.asked()
    at_slapd.there.set(f"uid=nils,{PEOPLE}", mail="ada@elsewhere.example")
    await at_slapd.asked(after=HOUR)
    there = await at_slapd.at_work.members()
    assert (there["Ada"].person.groups, there["Nils"].person.email) == ({"administrators"}, "nils@harbor.example")
    waiting = await at_slapd.at_work.sources.open_records("office")
    assert [(one.record.said.name, one.record.waits) for one in waiting] == [("Nils", "address-taken")]


async def test_people_of_a_domain_controller_come_change_and_go(at_work: AtWork, controller: SambaDc) -> None:
    """Disabled is found by what changed, deleted when everybody is read; groups in groups give groups."""
    house, called = at_work.house, f"as{next(_number)}-"
    one, two, three = (
        controller.add_person(f"{called}{name}", f"{name} {called}", f"{called}{name}@harbor.example")
        for name in ("Ada", "Ben", "Cem")
    )
    inner = controller.add_group(f"{called}inner", one)
    outer = controller.add_group(f"{called}outer", inner, two)
    source = domain(controller, called, outer)
    at_work.declare(source)
    directories = house.parts.directories
    await directories.connect(source, AT_SAMBA, by="")

    async def active(after: int) -> dict[str, set[str]]:
        house.clock.forward(after)
        await directories.ask_due()
        assert (await directories.states())["domain"].asked.error == ""
        there = await at_work.members()
        return {
            name.split()[0]: set(one.person.groups)
            for name, one in there.items()
            if one.status is not PersonStatus.INACTIVE
        }

    assert await active(6 * MINUTE) == {"Ada": {"staff"}, "Ben": {"staff"}, "Cem": set()}
    controller.set(two, userAccountControl=DISABLED)
    assert await active(6 * MINUTE) == {"Ada": {"staff"}, "Cem": set()}
    controller.delete(three)
    assert await active(6 * MINUTE) == {"Ada": {"staff"}, "Cem": set()}
    assert await active(HOUR) == {"Ada": {"staff"}}
    controller.set(inner, member=None)
    assert await active(6 * MINUTE) == {"Ada": set()}, "a group changed, so everybody is read at once"
    controller.set(two, userAccountControl=NORMAL)
    assert set(await active(6 * MINUTE)) == {"Ada", "Ben"}
