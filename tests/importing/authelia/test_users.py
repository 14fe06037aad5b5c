from __future__ import annotations

from tests.importing.harbor import imported

from limen.importing.authelia.users import read_users
from limen.importing.model import Group
from limen.importing.report import Effect, Report, Verdict

AT = ("users_database.yml", "users")


def test_people_with_their_groups_and_without_their_passwords() -> None:
    people = {one.account: one for one in imported("authelia").system.people}
    assert people["mara"].groups == {"group:staff", "group:engineering", "user:mara"}
    assert (people["tom"].language, people["tom"].name) == ("de", "Tom Okafor")
    assert not people["olaf"].is_active


def test_every_value_of_a_person_has_its_word() -> None:
    users = {
        "mara": {"displayname": "Mara", "password": "x", "groups": [], "birthdate": "1990-01-01", "strange": 1},
        "tom": "nothing",
    }
    report = Report()
    people, groups = read_users(users, AT, report, ["group:sales"])
    assert [one.account for one in people] == ["mara"]
    assert groups == [Group("group:sales", "sales")]
    account = report.account({"users_database.yml": {"users": users}})
    verdicts = {one.where.rpartition(".")[2]: one.verdict for one in account.items if one.count}
    assert verdicts == {
        "displayname": Verdict.TRANSLATED,
        "password": Verdict.LEFT_OUT,
        "groups": Verdict.TRANSLATED,
        "birthdate": Verdict.NOT_TRANSLATED,
        "strange": Verdict.NOT_TRANSLATED,
        "tom": Verdict.NOT_TRANSLATED,
    }
    assert [one.where for one in account.items if one.effect is Effect.STRICTER] == ["users_database.yml: users.mara"]
