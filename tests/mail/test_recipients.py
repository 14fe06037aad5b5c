"""Whoever answers for something is a group or an address."""

from __future__ import annotations

from tests.access.rows import PEOPLE, person

from limen.mail.recipients import MOST, recipients


def ids(owner: str, people: dict[str, object]) -> list[str]:
    return [one.id for one in recipients(owner, people.values())]  # type: ignore[arg-type]


def test_a_group_or_an_address_is_meant_and_whoever_is_gone_is_not_written_to() -> None:
    people = {**PEOPLE, "gone": person("gone", "finance", active=False)}
    assert ids("finance", people) == ["maren", "rohan"]
    assert ids("Ines@Harbor.example", people) == ["ines"]
    assert ids("nobody", people) == []


def test_of_a_crowd_some_are_written_to() -> None:
    assert len(ids("crowd", {str(number): person(str(number), "crowd") for number in range(MOST + 5)})) == MOST
