from __future__ import annotations

from limen.importing.conditions import NEVER, AnyOf, InGroup
from limen.importing.entra.directory import Directory, DirectoryGroup, User


def _directory() -> Directory:
    users = {one: User(one, kind) for one, kind in (("ada", ""), ("emil", ""), ("guest", "b2bCollaborationGuest"))}
    groups = {
        "all": DirectoryGroup("all", "Everybody", frozenset({"ada", "sales"})),
        "sales": DirectoryGroup("sales", "Sales", frozenset({"emil", "all"})),  # in each other
    }
    return Directory(users, groups, {"role": DirectoryGroup("role", "Administrator", frozenset({"sales"}))})


def test_groups_hold_whoever_is_in_groups_within_but_assignments_do_not() -> None:
    directory = _directory()
    assert directory.in_group("all") == InGroup("group:all")
    assert directory.directly_in("all") == InGroup("group:all:direct")
    assert directory.groups_of() == {
        "ada": {"group:all", "group:all:direct"},
        "emil": {"group:all"},
    }
    assert directory.counting() == {"all", "sales"}


def test_roles_guests_and_people_by_name() -> None:
    directory = _directory()
    assert directory.with_role("role") == InGroup("role:role")
    assert directory.of_guest_types(["internalGuest", "b2bCollaborationGuest", "serviceProvider"]) == AnyOf(
        (InGroup("guests:b2bCollaborationGuest"), InGroup("guests:internalGuest"))
    )
    assert directory.these("p", "People", ["emil", "gone"]) == InGroup("people:p")
    assert directory.these("q", "Nobody", ["gone"]) == NEVER
    assert directory.groups_of()["guest"] == {"guests:b2bCollaborationGuest"}
    assert directory.has_role_named("role")


def test_what_nothing_names_is_no_group() -> None:
    assert _directory().named == ()
