from __future__ import annotations

import pytest

from limen.company.settings_file import read_settings
from limen.company.toml_text import read_toml
from limen.configuration.tree import Tree

HTTPS = '[https]\nmode = "internal"\n'


def said(sections: str) -> list[str]:
    _, problems = read_settings(Tree(read_toml(f'name = "Harbor"\ndomain = "harbor-staff.eu"\n{sections}\n')))
    return [str(one) for one in problems]


@pytest.mark.parametrize(
    ("sections", "where", "first", "second"),
    [
        (f"{HTTPS}http_port = 8081", "5:13", "`check` under [listen]", "`http_port` under [https]"),
        (f"{HTTPS}port = 8081", "5:8", "`check` under [listen]", "`port` under [https]"),
        ('[listen]\naddress = "0.0.0.0:8081"', "4:11", "`address` under [listen]", "`check` under [listen]"),
        ('[listen]\nhealth = "127.0.0.1:8081"', "4:10", "`check` under [listen]", "`health` under [listen]"),
        ('[listen]\naddress = "localhost:9"\ncheck = "127.0.0.1:9"', "5:9", "`address` under", "`check` under"),
    ],
)
def test_two_settings_on_one_port_are_found(sections: str, where: str, first: str, second: str) -> None:
    (told,) = said(sections)
    assert told.startswith(f"limen.toml:{where}: port ")
    assert f"by {first}" in told
    assert f"by {second}" in told
    assert 'check = ""' in told


@pytest.mark.parametrize(
    "sections",
    [
        "",
        f"{HTTPS}http_port = 8080",  # behind its own front Limen has a socket, and 8080 is free
        f'{HTTPS}http_port = 8081\n[listen]\ncheck = ""',
        f'{HTTPS}http_port = 8081\n[listen]\ncheck = "unix:/run/check.sock"',
        f'{HTTPS}listen = ["192.0.2.7"]\nhttp_port = 8081',
        '[listen]\naddress = "[::1]:8081"',
    ],
)
def test_what_can_listen_side_by_side_is_no_problem(sections: str) -> None:
    assert said(sections) == []
