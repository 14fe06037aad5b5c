"""`protocol: ssh` in apps.yaml: what is refused, where, and what the plan says of it."""

from __future__ import annotations

from dataclasses import replace

from tests.company.test_entra_section import SETTINGS

from limen.company.apps_file import read_apps
from limen.company.revision import _app
from limen.company.ssh_section import SshSection, complaints, hosts_of, ssh_openings
from limen.company.yaml_text import read_yaml
from limen.configuration.tree import Tree
from limen.facts import App, Upstream
from limen.facts.ssh_hosts import SshHosts
from limen.policy.access import actions_of

WRITTEN = """
- id: databases
  label: restricted
  protocol: ssh
  ssh:
    hosts: [db1.harbor.example, db2.harbor.example]
    logins: [deploy]
    own_accounts: true
"""
HOSTS = SshHosts(("db1.harbor.example", "db2.harbor.example"), ("deploy",), has_own_accounts=True)
APP = App("databases", "Databases", "", Upstream(""), ssh=HOSTS)


def test_a_good_one_becomes_an_app_without_a_page() -> None:
    (app,), problems = read_apps(Tree(read_yaml(WRITTEN)), SETTINGS, None)
    assert problems == []
    assert (app.ssh, app.place, actions_of(app)) == (HOSTS, "", ("connect", "elevate"))
    assert _app(app)["ssh"]["hosts"] == HOSTS.hosts


def test_hosts_and_logins_are_names_and_stand_once() -> None:
    section = SshSection(hosts=["db1", "Db2", "root@db", "db1"], logins=["deploy", "a b", "-x"])
    assert [path for path, _, _ in complaints(section)] == [
        ("hosts", 1),
        ("hosts", 2),
        ("hosts", 3),
        ("logins", 1),
        ("logins", 2),
    ]
    assert hosts_of(section).minutes == 10


def test_root_is_no_login_since_that_would_be_elevate_by_another_name() -> None:
    section = SshSection(hosts=["db1"], logins=["deploy", "root"], own_accounts=True)
    assert [path for path, _, _ in complaints(section)] == [("logins", 1)]


def test_the_plan_says_each_thing_that_opens() -> None:
    wider = replace(
        HOSTS,
        hosts=(*HOSTS.hosts, "db3"),
        logins=("deploy", "backup"),
        minutes=20,
        may_forward=True,
        names_address=False,
    )
    assert len(list(ssh_openings(APP, HOSTS, wider))) == 5
    assert list(ssh_openings(APP, wider, HOSTS)) == []
    assert len(list(ssh_openings(APP, None, HOSTS))) == 3


def test_there_is_an_account_to_log_in_to_and_nobody_is_root_from_a_shared_one() -> None:
    assert [path for path, _, _ in complaints(SshSection(hosts=["db1"]))] == [("logins",)]
    assert hosts_of(SshSection(hosts=["db1"], logins=["deploy"])).actions == ("connect",)
    assert hosts_of(SshSection(hosts=["db1"], own_accounts=True)).actions == ("connect", "elevate")
