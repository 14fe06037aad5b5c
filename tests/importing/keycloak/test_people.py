from __future__ import annotations

from tests.importing.harbor import export, imported

from limen.importing.keycloak.people import users_in


def test_people_have_their_groups_and_all_their_roles() -> None:
    people = {one.account: one for one in imported("keycloak").system.people}
    assert set(people) == {"mara", "tom", "lea", "jon", "ines", "it", "olaf"}
    assert people["mara"].groups == {"group:/sales/emea", "role:employee"}
    assert people["tom"].groups == {"group:/sales", "role:employee", "role:manager", "role:bookkeeper"}
    assert people["jon"].groups >= {"role:warehouse/foreman", "role:warehouse/picker", "role:employee"}
    assert people["lea"].groups >= {"user:lea"}
    assert people["it"].groups == {"group:/administrators"}
    assert (people["lea"].language, people["olaf"].is_active) == ("de", False)


def test_users_are_found_in_whichever_file_they_are() -> None:
    assert len(users_in(export("keycloak"), "harbor")) == 8
    assert users_in(export("keycloak"), "other") == []
    assert [at for _, at in users_in({"a.json": [{"realm": "x", "users": [{}]}]}, "x")] == [("a.json", 0, "users", 0)]
