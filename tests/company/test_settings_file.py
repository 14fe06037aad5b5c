from __future__ import annotations

from limen.company.settings_file import read_settings
from limen.company.toml_text import read_toml
from limen.company.tree import Tree

GOOD = 'name = "Harbor"\ndomain = "harbor.example"\ntime_zone = "Europe/Berlin"\n[groups]\nstaff = "All"\n'


def test_good_settings_have_no_problem() -> None:
    settings, problems = read_settings(Tree(read_toml(GOOD)))
    assert problems == []
    assert settings is not None
    assert (settings.public_url, settings.groups) == ("https://limen.harbor.example", {"staff": "All"})


def test_settings_of_the_wrong_shape_are_none() -> None:
    settings, problems = read_settings(Tree(read_toml(GOOD.replace("[groups]", "[group]"))))
    assert settings is None
    assert [str(one) for one in problems] == ['limen.toml:4:2: there is no `group` here; did you mean "groups"?']


def test_a_sign_in_host_must_be_in_the_domain_and_nothing_but_an_origin() -> None:
    for url, what in (
        ("https://limen.harbor.com", "outside the domain"),
        ("https://harbor.example", "outside the domain"),
        ("ftp://limen.harbor.example", "is no URL"),
        ("https://limen.harbor.example/x", "only scheme, host and port"),
        ("https://a@limen.harbor.example", "only scheme, host and port"),
        ("https://limen.harbor.example:x", "is no URL"),
    ):
        _, problems = read_settings(Tree(read_toml(f'url = "{url}"\n{GOOD}')))
        assert len(problems) == 1, url
        assert what in problems[0].what
        assert (problems[0].line, problems[0].column) == (1, 7)
