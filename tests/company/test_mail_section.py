from __future__ import annotations

import pytest

from limen.company.mail_section import is_this_machine
from limen.company.settings_file import read_settings
from limen.company.toml_text import read_toml
from limen.configuration.tree import Tree

GOOD = {"from": "limen@harbor.example", "server": "smtp.harbor.example:587", "user": "limen", "password_file": "x"}


def said(**mail: str) -> list[str]:
    lines = "".join(f'{key} = "{word}"\n' for key, word in {**GOOD, **mail}.items() if word != "-")
    _, problems = read_settings(Tree(read_toml(f'name = "Harbor"\ndomain = "harbor.example"\n[mail]\n{lines}')))
    return [str(one) for one in problems]


@pytest.mark.parametrize(
    ("server", "security"),
    [
        ("smtp.harbor.example:587", "starttls"),
        ("smtp.harbor.example:465", "tls"),
        ("[2001:db8::25]:587", "starttls"),
        ("127.0.0.1:25", "none"),
        ("[::1]:25", "none"),
        ("localhost:25", "none"),
    ],
)
def test_a_server_is_a_host_and_a_port_reached_safely(server: str, security: str) -> None:
    assert said(server=server, security=security) == []


@pytest.mark.parametrize(
    ("mail", "where", "what"),
    [
        ({"server": "smtp.harbor.example"}, "5:10", "has no port"),
        ({"server": ":587"}, "5:10", "has no host"),
        ({"server": "smtp harbor:587"}, "5:10", "neither a name nor an address"),
        ({"server": "smtp:587:587"}, "5:10", "neither a name nor an address"),
        ({"server": "[smtp]:587"}, "5:10", "not an IPv6 address"),
        ({"server": "smtp.harbor.example:25", "security": "none"}, "8:12", "be sent unencrypted"),
        ({"server": "127.0.0.1.harbor.example:25", "security": "none"}, "8:12", "be sent unencrypted"),
        ({"from": "Limen <limen@harbor.example>"}, "4:8", "not a valid sender address"),
        ({"from": "limen@harbor.example\\r\\nBcc: eve@evil.example"}, "4:8", "not a valid sender address"),
        ({"from": "-"}, "4:10", 'but no sender address; add from = "limen@your.domain"'),
        ({"user": "-"}, "6:17", "but no user"),
        ({"user": "li\\u202emen"}, "6:8", "can't be displayed"),
        ({"security": "ssl"}, "8:12", "'starttls', 'tls' or 'none'"),
    ],
)
def test_anything_else_is_refused_where_it_stands(mail: dict[str, str], where: str, what: str) -> None:
    (found,) = said(**mail)
    assert found.startswith(f"limen.toml:{where}: ")
    assert what in found


def test_without_a_server_nothing_has_to_be_said() -> None:
    assert said(**dict.fromkeys(GOOD, "-")) == []


def test_a_password_in_the_settings_is_refused_and_not_repeated() -> None:
    (found,) = said(password="tidal marble")
    assert found == 'limen.toml:8:1: unknown key `mail.password`; did you mean "password_file"?'


def test_only_loopback_is_this_machine() -> None:
    assert [is_this_machine(host) for host in ("127.9.9.9", "::1", "localhost")] == [True] * 3
    assert [is_this_machine(host) for host in ("0.0.0.0", "192.0.2.1", "localhost.evil.example", "")] == [False] * 4
