from __future__ import annotations

import re
from pathlib import Path

import pytest

from limen.company.settings_file import read_settings
from limen.company.toml_text import read_toml
from limen.configuration.tree import Tree


def said(section: str, domain: str = "harbor-staff.eu", url: str = "") -> list[str]:
    written = f'name = "Harbor"\ndomain = "{domain}"\n'
    written += f'url = "{url}"\n' if url else ""
    _, problems = read_settings(Tree(read_toml(f"{written}[https]\n{section}\n")))
    return [str(one) for one in problems]


@pytest.mark.parametrize(
    "section",
    [
        "",
        'mode = "off"',
        'mode = "acme"',
        'mode = "acme"\nemail = "it@harbor-staff.eu"\nhttp_port = 0',
        'mode = "acme"\nacme_server = "https://ca.lan:9443/acme/a/directory"\nacme_ca_file = "roots.pem"',
        'mode = "files"\ncertificate = "a.pem"\nkey = "b.pem"',
        'mode = "off"\ncertificate = "a.pem"\nkey = "b.pem"',
        'mode = "internal"\nlisten = ["192.0.2.7", "2001:db8::7"]',
    ],
)
def test_what_can_be_meant_is_no_problem(section: str) -> None:
    assert said(section) == []


@pytest.mark.parametrize(
    ("section", "where", "what", "fix"),
    [
        ('mode = "on"', "4:8", "'off', 'acme', 'files' or 'internal'", ""),
        ('mode = "files"', "4:8", 'mode = "files" needs `certificate`', "certificate = "),
        ('mode = "files"\ncertificate = "a.pem"', "4:8", 'mode = "files" needs `key`', "key = "),
        ('mode = "acme"\nkey = "b.pem"', "5:7", '`key` is for mode = "files"', "remove it"),
        (
            'mode = "internal"\nacme_server = "https://ca.lan"',
            "5:15",
            '`acme_server` is for mode = "acme"',
            "remove it",
        ),
        ('mode = "acme"\nacme_ca_file = "r.pem"', "5:16", "`acme_ca_file` needs `acme_server`", "set the authority"),
        ('mode = "acme"\nacme_server = "http://ca.lan"', "5:15", "is not an https URL", "directory"),
        ('mode = "acme"\nacme_server = "https://a:b@ca.lan"', "5:15", "is not an https URL", "directory"),
        ('mode = "acme"\nacme_server = "https://[ca"', "5:15", "is not an https URL", "directory"),
        ('mode = "acme"\nemail = "it at harbor"', "5:9", "is not an email address", "it@your.domain"),
        ('mode = "internal"\nlisten = []', "5:10", "no address to listen on", "omit it"),
        ('mode = "internal"\nlisten = ["limen.lan"]', "5:10", "not valid", ""),
        ('mode = "internal"\nhttp_port = 443', "5:13", "can't share a port", "http_port = 0"),
    ],
)
def test_what_can_not_be_meant_is_refused_where_it_stands(section: str, where: str, what: str, fix: str) -> None:
    told = said(section)
    assert any(one.startswith(f"limen.toml:{where}: ") and what in one and fix in one for one in told), told


@pytest.mark.parametrize("domain", ["harbor.localhost", "harbor.lan", "harbor.home.arpa"])
def test_no_public_authority_gives_certificates_for_private_names(domain: str) -> None:
    (told,) = said('mode = "acme"', domain)
    assert "no public authority" in told
    assert 'mode = "internal"' in told
    assert said('mode = "acme"\nacme_server = "https://ca.lan/dir"', domain) == []


def test_the_url_says_the_same_as_https() -> None:
    (told,) = said('mode = "internal"\nport = 8443', url="http://limen.harbor-staff.eu:8443")
    assert told.startswith("limen.toml:3:7: [https] is on, and url says http")
    assert 'url = "https://limen.harbor-staff.eu:8443"' in told
    (told,) = said('mode = "internal"', "harbor.localhost", "https://limen.harbor.localhost:8443")
    assert told.startswith("limen.toml:3:7: url says port 8443, https listens on 443")
    (told,) = said('mode = "internal"\nport = 8443', "harbor.localhost")
    assert told.startswith("limen.toml:5:8: ")
    assert 'url = "https://limen.harbor.localhost:8443"' in told


def test_a_router_may_forward_443_and_80_as_the_page_of_it_says() -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "https-on-one-machine.md").read_text()
    (ports,) = re.findall(r"`(port = \d+)`, `(http_port = \d+)`", page)
    assert said("\n".join(['mode = "acme"', *ports])) == []
    assert said("\n".join(['mode = "acme"', *ports]), url="https://limen.harbor-staff.eu") == []


def test_a_url_that_can_not_be_read_is_complained_of_once() -> None:
    assert len(said('mode = "internal"', url="https://limen.harbor-staff.eu:99999")) == 1
