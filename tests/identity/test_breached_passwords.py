"""A list of breached passwords, searched in the file where it lies; and what one in it means for a person."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest
from tests.dial import size
from tests.identity.conftest import PASSWORD, House

from limen.clock import DAY, MINUTE
from limen.facts import Due, Needed
from limen.finding import State
from limen.identity import services
from limen.identity.breached_passwords import BreachedPasswords, BreachListError, examine
from limen.identity.errors import UnfitError
from limen.identity.model import Visitor


def digest(password: str) -> str:
    return hashlib.sha1(password.encode()).hexdigest().upper()


def a_list(at: Path, *passwords: str, newline: str = "\r\n", count: int = 3) -> Path:
    file = at / "pwned.txt"
    file.write_bytes("".join(f"{one}:{count}{newline}" for one in sorted(map(digest, passwords))).encode())
    return file


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
async def test_each_that_is_in_it_is_found_and_no_other(tmp_path: Path, newline: str) -> None:
    inside = [f"inside {number}" for number in range(size(60, 600))]
    for count in (1, 2, 3, len(inside)):
        listed = BreachedPasswords(a_list(tmp_path, *inside[:count], newline=newline))
        assert [await listed.holds(one) for one in inside[:count]] == [True] * count
        assert not any([await listed.holds(f"outside {number}") for number in range(count)])


async def test_lines_of_any_length_and_a_last_one_without_an_end(tmp_path: Path) -> None:
    rows = sorted((digest(str(number)), 10 ** (number % 9)) for number in range(40))
    file = tmp_path / "list"
    file.write_text("\n".join(f"{one}:{count}" for one, count in rows).lower())
    assert all([await BreachedPasswords(file).holds(str(number)) for number in range(40)])


async def test_as_it_was_typed_and_as_it_is_kept(tmp_path: Path) -> None:
    typed, kept = "ﬁnest marble lantern", "finest marble lantern"
    for one in (typed, kept):
        assert await BreachedPasswords(a_list(tmp_path, one)).holds(typed)


async def test_without_a_list_no_password_is_in_it() -> None:
    assert not await BreachedPasswords().holds("password")


async def test_a_file_that_is_no_list_says_nothing_of_any_password(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty").touch()
    (tmp_path / "words").write_text("password\n123456\n" * 50)
    (tmp_path / "endless").write_text("A" * 9_000)
    (tmp_path / "ntlm").write_text(f"{'A' * 32}:5\n" * 20)
    os.mkfifo(tmp_path / "pipe")
    for name in ("missing", "folder", "empty", "words", "endless", "ntlm", "pipe"):
        with pytest.raises(BreachListError):
            await BreachedPasswords(tmp_path / name).holds("password")
        assert examine(tmp_path / name, 0).state is State.WRONG, name


def test_the_doctor_says_whether_it_is_there_and_how_old(tmp_path: Path) -> None:
    file = a_list(tmp_path, *map(str, range(99)))
    at = int(file.stat().st_mtime * 1000)
    assert examine(None, at).state is State.SKIPPED
    found = examine(file, at + 3 * DAY)
    assert (found.state, "3 days" in found.what) == (State.OK, True)
    assert examine(file, at + 400 * DAY).state is State.WARNING
    file.write_bytes(b"".join(sorted(file.read_bytes().splitlines(keepends=True), reverse=True)))
    assert examine(file, at).state is State.WRONG


@pytest.fixture
async def listed(house: House, tmp_path: Path) -> House:
    """A house whose list holds PASSWORD from now on."""
    ports = replace(house.ports, breached=BreachedPasswords(a_list(tmp_path, PASSWORD)))
    house.ports, house.parts = ports, await services.build(ports, house.parts.passwords)
    return house


async def test_one_in_it_cant_be_chosen(listed: House, visitor: Visitor) -> None:
    link = await listed.invited()
    with pytest.raises(UnfitError) as refused:
        await listed.enrol_with_password(link, visitor, PASSWORD)
    assert refused.value.field == "password"
    await listed.enrol_with_password(link, visitor, "harvest velvet canoe thistle")


async def test_none_can_be_chosen_while_the_list_cant_be_read_and_people_still_sign_in(
    house: House, visitor: Visitor, tmp_path: Path
) -> None:
    _, seed = await house.enrol_with_password(await house.invited(), visitor, PASSWORD)
    ports = replace(house.ports, breached=BreachedPasswords(tmp_path / "missing"))
    parts = await services.build(ports, house.parts.passwords)
    house.clock.forward(MINUTE)
    again = await parts.sign_in.with_password(visitor, "ben@harbor.example", PASSWORD, house.code(seed))
    with pytest.raises(UnfitError):
        await parts.factors.set_password(again.session, visitor, "harvest velvet canoe thistle")


async def test_who_signs_in_with_one_must_change_it_first(house: House, visitor: Visitor, tmp_path: Path) -> None:
    _, seed = await house.enrol_with_password(await house.invited(), visitor, PASSWORD)
    ports = replace(house.ports, breached=BreachedPasswords(a_list(tmp_path, PASSWORD)))
    house.parts = await services.build(ports, house.parts.passwords)
    house.clock.forward(MINUTE)
    ben = await house.parts.sign_in.with_password(visitor, "ben@harbor.example", PASSWORD, house.code(seed))
    now = house.clock.now()
    assert house.known.dues_of(ben.person.id) == (Due(Needed.NEW_PASSWORD, now),)
    assert house.known.principal(ben.person.id).must_enrol_at == now  # type: ignore[union-attr]
    house.clock.forward(MINUTE)
    await house.parts.sign_in.with_password(visitor, "ben@harbor.example", PASSWORD, house.code(seed))
    assert len(house.events("factor.breached")) == 1, "said once"
    await house.parts.factors.set_password(ben.session, visitor, "harvest velvet canoe thistle")
    assert house.known.dues_of(ben.person.id) == ()


async def test_a_wrong_password_that_is_in_it_marks_nobody(house: House, visitor: Visitor, tmp_path: Path) -> None:
    ben, _ = await house.enrol_with_password(await house.invited(), visitor, PASSWORD)
    ports = replace(house.ports, breached=BreachedPasswords(a_list(tmp_path, "wrong wrong wrong")))
    parts = await services.build(ports, house.parts.passwords)
    with pytest.raises(Exception, match="match"):
        await parts.sign_in.with_password(visitor, "ben@harbor.example", "wrong wrong wrong")
    assert house.known.dues_of(ben.person.id) == ()
    assert house.events("factor.breached") == []
