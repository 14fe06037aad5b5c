from __future__ import annotations

import pytest

from limen.company.settings_file import read_settings
from limen.company.toml_text import read_toml
from limen.configuration.tree import Tree

GOOD = 'name = "Harbor"\ndomain = "harbor.example"\ntime_zone = "Europe/Berlin"\n[groups]\nstaff = "All"\n'


def test_good_settings_have_no_problem() -> None:
    settings, problems = read_settings(Tree(read_toml(GOOD)))
    assert problems == []
    assert settings is not None
    assert (settings.public_url, settings.groups) == ("https://limen.harbor.example", {"staff": "All"})


def test_settings_of_the_wrong_shape_are_read_as_far_as_they_go() -> None:
    text = GOOD.replace("[groups]", "[group]").replace("Europe/Berlin", "Mars") + '[listen]\naddress = ":1"\n'
    settings, problems = read_settings(Tree(read_toml(text)))
    assert settings is not None
    assert settings.domain == "harbor.example"
    assert [(one.line, one.column) for one in problems] == [(4, 2), (3, 13), (7, 11)]
    assert problems[0].fix == 'did you mean "groups"?'


def test_a_domain_that_can_not_be_read_is_held_against_nobody() -> None:
    settings, problems = read_settings(Tree(read_toml('name = "a"\ndomain = 5\nurl = "https://limen.a.example"\n')))
    assert settings is not None
    assert settings.domain == ""
    assert len(problems) == 1


def listening(**words: str) -> list[str]:
    said = "".join(f'{key} = "{word}"\n' for key, word in words.items())
    _, problems = read_settings(Tree(read_toml(f"{GOOD}[listen]\n{said}")))
    return [str(one) for one in problems]


@pytest.mark.parametrize(
    "address", ["127.0.0.1:8080", "0.0.0.0:1", "localhost:65535", "[::1]:8080", "[::]:443", "192.0.2.7:80"]
)
def test_a_place_to_listen_on_is_an_address_and_a_port(address: str) -> None:
    assert listening(address=address) == []


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("8099", "has no host"),
        (":8099", "has no host"),
        ("", "has no host"),
        ("127.0.0.1:0", "has no port from 1 to 65535"),
        ("127.0.0.1:65536", "has no port"),
        ("127.0.0.1:", "has no port"),
        ("127.0.0.1:http", "has no port"),
        ("limen.harbor.example:80", "is not an IP address"),
        ("*:80", "is not an IP address"),
        ("::1:8080", "is not an IP address"),
        ("2001:db8::1:8080", "is ambiguous; write it as [2001:db8::1]:8080"),
        ("[127.0.0.1]:80", "is ambiguous; write it as 127.0.0.1:80"),
    ],
)
def test_any_other_place_to_listen_on_is_refused_where_it_stands(address: str, what: str) -> None:
    (said,) = listening(address=address)
    assert said.startswith("limen.toml:7:11: ")
    assert what in said or "write it as [::1]:8080" in said


@pytest.mark.parametrize("check", ["", "127.0.0.1:8081", "[::1]:8081", "unix:/run/limen/check.sock"])
def test_the_check_server_listens_on_this_machine(check: str) -> None:
    assert listening(check=check) == []


@pytest.mark.parametrize("check", ["8081", "0.0.0.0:8081", "192.0.2.7:8081", "localhost:8081", "unix:run/x", "unix:"])
def test_the_check_server_listens_nowhere_else(check: str) -> None:
    (said,) = listening(check=check)
    assert said.startswith("limen.toml:7:9: ")
    assert 'unix:/run/limen.sock, or ""' in said


@pytest.mark.parametrize(
    ("health", "fine"),
    [("", True), ("127.0.0.1:8082", True), ("[::1]:8082", True)]
    + [(wrong, False) for wrong in ("8082", "0.0.0.0:8082", "192.0.2.7:8082", "unix:/run/health.sock")],
)
def test_health_and_metrics_are_answered_on_this_machine_only(health: str, fine: bool) -> None:
    assert (listening(health=health) == []) is fine


def test_the_port_of_a_url_on_this_machine_is_the_one_that_limen_listens_on() -> None:
    def said(url: str, more: str = "") -> list[str]:
        text = f'name = "a"\ndomain = "a.localhost"\nurl = "{url}"\n[listen]\naddress = "127.0.0.1:8090"\n{more}'
        return [str(one) for one in read_settings(Tree(read_toml(text)))[1]]

    assert said("http://limen.a.localhost:8090") == []
    (wrong,) = said("http://limen.a.localhost:8080")
    assert wrong.startswith("limen.toml:3:7: url says port 8080, Limen listens on 8090; ")
    assert "url says port 80, " in said("http://limen.a.localhost")[0]
    assert said("https://limen.a.localhost") == []
    assert said("http://limen.a.localhost:8080", 'trusted_proxies = ["127.0.0.1"]') == []


def test_a_sign_in_host_must_be_in_the_domain_and_nothing_but_an_origin() -> None:
    for url, what in (
        ("https://limen.harbor.com", "outside the domain"),
        ("https://harbor.example", "outside the domain"),
        ("ftp://limen.harbor.example", "is not a valid URL"),
        ("https://limen.harbor.example/x", "only of scheme, host and port"),
        ("https://a@limen.harbor.example", "only of scheme, host and port"),
        ("https://limen.harbor.example:x", "is not a valid URL"),
    ):
        _, problems = read_settings(Tree(read_toml(f'url = "{url}"\n{GOOD}')))
        assert len(problems) == 1, url
        assert what in problems[0].what
        assert (problems[0].line, problems[0].column) == (1, 7)


@pytest.mark.parametrize("line", ['name = "Har\\u202ebor"', '[help]\ncontact = "IT\\u202e"'])
def test_what_stands_on_pages_can_be_shown(line: str) -> None:
    text = GOOD.replace('name = "Harbor"', line) if line.startswith("name") else f"{GOOD}{line}\n"
    _, problems = read_settings(Tree(read_toml(text)))
    assert ["characters that can't be displayed" in str(one) for one in problems] == [True]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('["de"]', ""),
        ('["en", "ed"]', 'Limen doesn\'t support the language "ed"; write "en" or "de"'),
        ('["de", "de"]', '"de" is listed twice'),
        ('["../de"]', "Limen doesn't support"),
        ("[]", "languages"),
    ],
)
def test_languages_are_those_that_there_are(written: str, said: str) -> None:
    _, problems = read_settings(Tree(read_toml(f"languages = {written}\n{GOOD}")))
    assert len(problems) == bool(said)
    assert said in "".join(str(one) for one in problems)


def test_backups_are_sealed_only_for_somebody_who_can_be_there() -> None:
    import pyrage

    good = str(pyrage.x25519.Identity.generate().to_public())
    for written, is_fine in ((good, True), ("", True), (good[:-1] + ("q" if good[-1] != "q" else "p"), False)):
        _, said = read_settings(Tree(read_toml(f'{GOOD}[backup]\nrecipient = "{written}"\n')))
        assert (said == []) is is_fine
        assert is_fine or "is not an age recipient" in str(said[0])


@pytest.mark.parametrize(
    ("url", "number"),
    [
        ("postgresql://limen@db/limen?sslmode=verify-full", 0),
        ("sqlite:////srv/limen.db", 0),
        ("postgresql://limen:tidal@db/limen", 1),
        ("postgresql://limen@db", 1),
        ("mysql://db/limen", 1),
        ("tidal", 0),
    ],
)
def test_a_databases_url_is_checked_and_its_password_never_repeated(url: str, number: int) -> None:
    _, problems = read_settings(Tree(read_toml(f'{GOOD}[database]\nurl = "{url}"\n')))
    assert [(one.line, one.column) for one in problems] == [(7, 7)] * number
    assert not any("tidal" in str(one) for one in problems)
