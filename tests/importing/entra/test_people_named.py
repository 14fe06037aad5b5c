from __future__ import annotations

from tests.importing.entra.harbor_tenant import people
from tests.importing.entra.reading import effects, node

from limen.importing.conditions import ALWAYS, NEVER, AnyOf, InGroup
from limen.importing.entra.directory import Directory, DirectoryGroup, User
from limen.importing.entra.people_named import read_people
from limen.importing.report import Effect

DIRECTORY_OF = {"ada": User("ada"), "guest": User("guest", "internalGuest")}


def _directory(*, knows_roles: bool = True) -> Directory:
    groups = {"g": DirectoryGroup("g", "Group", frozenset({"ada"}))}
    roles = {"r": DirectoryGroup("r", "Role", frozenset({"ada"}))}
    return Directory(DIRECTORY_OF, groups, roles, knows_roles=knows_roles)


def test_everybody_but_some() -> None:
    named = people("All", excludeUsers=["ada"], excludeGroups=["g"])
    found = read_people(node(named), _directory(), "p", "Policy", Effect.WIDER)
    assert (found.included, found.excluded) == (ALWAYS, AnyOf((InGroup("people:p:excluded"), InGroup("group:g"))))


def test_whoever_is_missing_widens_where_they_are_included_and_narrows_where_they_are_not() -> None:
    named = people("gone", includeGroups=["gone"], excludeUsers=["gone"], excludeGroups=["gone"], excludeRoles=["gone"])
    read = node(named)
    found = read_people(read, _directory(knows_roles=False), "p", "Policy", Effect.WIDER)
    assert (found.included, found.excluded) == (NEVER, NEVER)
    assert effects(read, named) == {
        **{f"include{kind}": "wider" for kind in ("Users", "Groups")},
        **{f"exclude{kind}": "stricter" for kind in ("Users", "Groups", "Roles")},
    }


def test_a_group_or_role_of_which_nobody_knows_who_is_in_it_is_everybody_where_it_is_meant() -> None:
    groups = {
        "untold": DirectoryGroup("untold", "Untold", is_told=False),
        "around": DirectoryGroup("around", "Around", frozenset({"ada", "untold"})),
    }
    directory = Directory(DIRECTORY_OF, groups, {"r": DirectoryGroup("r", "Role", frozenset({"around"}))})
    for side in ({"includeGroups": ["untold"]}, {"includeGroups": ["around"]}, {"includeRoles": ["r"]}):
        read = node(named := people(**side))
        found = read_people(read, directory, "p", "Policy", Effect.WIDER)
        assert (found.included, found.is_told) == (ALWAYS, False)
        assert effects(read, named) == {next(iter(side)): "stricter"}
    read = node(named := people("All", excludeGroups=["around", "untold"]))
    found = read_people(read, directory, "p", "Policy", Effect.WIDER)
    assert (found.excluded, found.is_told) == (AnyOf((InGroup("group:around"), InGroup("group:untold"))), True)
    assert directory.groups_of() == {"ada": {"group:around"}}
    assert effects(read, named) == {"excludeGroups": "stricter"}
    nothing = read_people(node({}), directory, "p", "Policy", Effect.WIDER)
    assert (nothing.included, nothing.is_told) == (ALWAYS, False)


def test_a_role_that_nobody_has_is_nothing_to_tell_but_one_that_some_have_is() -> None:
    named = people(includeRoles=["r", "nobody"])
    read = node(named)
    found = read_people(read, _directory(), "p", "Policy", Effect.WIDER)
    assert found.included == InGroup("role:r")
    assert effects(read, named) == {"includeRoles": "wider"}


def test_guests_of_one_tenant_are_all_guests_where_they_are_meant_and_none_where_they_are_spared() -> None:
    some = {
        "guestOrExternalUserTypes": "internalGuest",
        "externalTenants": {"membershipKind": "enumerated", "members": ["tenant"]},
    }
    named = people(includeGuestsOrExternalUsers=some, excludeGuestsOrExternalUsers=some)
    found = read_people(node(named), _directory(), "p", "Policy", Effect.WIDER)
    assert (found.included, found.excluded) == (InGroup("guests:internalGuest"), NEVER)
