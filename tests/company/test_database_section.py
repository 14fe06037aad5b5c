from __future__ import annotations

import tomllib

import pytest

from limen.company.database_section import with_database_url

URL = "postgresql://limen@db/limen"


@pytest.mark.parametrize(
    "text",
    [
        'name = "a"\n',
        'name = "a"\n[database]\n# url = "postgresql://…"\n[mail]\nuser = "x"\n',
        'name = "a"\n[database] # ours\npassword_file = "p"\nurl = "sqlite:////x.db"\n',
        'url = "https://a"\n[ database ]\n\n[mail]\nurl2 = 5\n',
    ],
)
def test_the_url_is_named_and_all_else_stays(text: str) -> None:
    after = with_database_url(text, URL)
    wanted = tomllib.loads(text)
    wanted["database"] = wanted.get("database", {}) | {"url": URL}
    assert tomllib.loads(after) == wanted
    assert [one for one in text.splitlines() if one.startswith("#")] == [
        one for one in after.splitlines() if one.startswith("#")
    ]
    assert tomllib.loads(with_database_url(after, ""))["database"]["url"] == ""
