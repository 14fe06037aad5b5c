from __future__ import annotations

from tests.importing.entra.harbor_tenant import export, id_of

from limen.importing.chosen import only
from limen.importing.entra.reader import Entra
from limen.importing.importing import understood
from limen.importing.model import Wishes


def test_groups_that_nothing_names_any_more_stay_behind() -> None:
    system = understood(Entra(), export(), Wishes()).system
    required = id_of("policy CA004: Ledger from a compliant device or the office")
    some = only(system, {"ledger"}, {required})
    assert [one.key for one in some.apps] == ["ledger"]
    assert [one.key for one in some.requirements] == [required]
    assert [one.key for one in some.groups] == [f"group:{id_of('Finance')}"]
    assert {key for one in some.people for key in one.groups} == {f"group:{id_of('Finance')}"}
    assert len(some.people) == len(system.people)


def test_all_of_it_is_all_of_it_and_nothing_is_nothing() -> None:
    system = understood(Entra(), export(), Wishes()).system
    apps, requirements = {one.key for one in system.apps}, {one.key for one in system.requirements}
    assert only(system, apps, requirements) == system
    assert (only(system, (), ()).apps, only(system, (), ()).groups) == ((), ())
