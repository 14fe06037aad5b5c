from __future__ import annotations

from limen.importing.authelia.settings import read_settings
from limen.importing.report import Report, Verdict

AT = ("configuration.yml",)


def test_domains_hosts_of_its_own_and_lengths_of_sessions() -> None:
    body = {
        "session": {
            "expiration": "1h",
            "cookies": [
                {"domain": "harbor.example", "authelia_url": "https://auth.harbor.example", "expiration": "8 hours"},
                {"domain": "other.example", "authelia_url": "https://auth.other.example"},
            ],
        }
    }
    sites = read_settings(body, AT, Report())
    assert (sites.domain, sites.own) == ("harbor.example", {"auth.harbor.example", "auth.other.example"})
    assert dict(sites.sessions) == {"absolute_hours": 8}


def test_the_older_form_names_one_domain() -> None:
    sites = read_settings(
        {"session": {"domain": ".harbor.example", "inactivity": 1800, "expiration": "never"}}, AT, Report()
    )
    assert (sites.domain, dict(sites.sessions)) == ("harbor.example", {"idle_hours": 0.5})


def test_what_is_filled_in_later_is_said_to_be_elsewhere_and_secrets_are_left_out() -> None:
    body = {"log": {"level": '{{ env "X" }}'}, "storage": {"encryption_key": "x"}, "jwt_secret": "{{ secret }}"}
    report = Report()
    read_settings(body, AT, report)
    found = {one.where: one.verdict for one in report.account({"configuration.yml": body}).items}
    assert found["configuration.yml: log.level"] is Verdict.NOT_TRANSLATED
    assert found["configuration.yml: storage.encryption_key"] is Verdict.LEFT_OUT
    assert found["configuration.yml: jwt_secret"] is Verdict.LEFT_OUT


def test_a_directory_becomes_a_source_of_people() -> None:
    ldap = {
        "address": "ldaps://dc1.harbor.example", "base_dn": "dc=harbor,dc=example", "additional_users_dn": "ou=people",
        "user": "cn=authelia,dc=harbor,dc=example", "password": "x",
    }  # fmt: skip
    sites = read_settings({"authentication_backend": {"ldap": ldap}}, AT, Report())
    assert 'people: ["ou=people,dc=harbor,dc=example"]' in sites.people_source
