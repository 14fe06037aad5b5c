from __future__ import annotations

from pathlib import Path

from limen.company.company import Company
from limen.company.load import load_company
from limen.events import KINDS
from limen.facts import Person
from limen.privacy.notice_facts import notice_facts

HARBOR = Path(__file__).parents[2] / "examples" / "harbor"


def harbor() -> Company:
    return load_company(HARBOR)


def test_who_can_look_is_read_from_the_policies_in_force() -> None:
    company = harbor()
    people = [
        Person("p_1", "Ada", "a@harbor.example", groups=frozenset({"administrators"}), active=True),
        Person("p_2", "Ben", "b@harbor.example", groups=frozenset({"administrators"}), active=False),
        Person("w_1", "Backup", groups=frozenset({"administrators"}), active=True, is_workload=True),
    ]
    now = notice_facts(company.settings, company.engine(), ["Wiki"], people)
    by_action = {one.action: one for one in now.readers}
    title = company.settings.groups["administrators"]
    assert (title, 1) in by_action["administer"].groups
    assert not any(group == company.settings.groups["staff"] for group, _ in by_action["administer"].groups)
    assert now.people == 1


def test_every_kind_of_event_is_in_a_family_that_says_what_it_is_about() -> None:
    company = harbor()
    now = notice_facts(company.settings, company.engine(), [], [])
    assert sorted(kind for kinds in now.kinds.values() for kind in kinds) == sorted(KINDS)
