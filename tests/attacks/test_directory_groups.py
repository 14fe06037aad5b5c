"""Attacks on memberships that end with a grant, against a real slapd: to get in as somebody else, to stay in, and to
have Limen die, or the directory be away, at the moment of the end.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from textwrap import indent

import pytest
from tests.access.membership.at_slapd import APP, AtSlapd, office, there, write
from tests.slapd import BASE, DOMAIN_ADMINS, GROUPS, LIMEN, SECRET, Slapd
from tests.web.conftest import move_in

from limen.access.membership import store
from limen.access.membership.directories import keep_secret
from limen.access.membership.keeper import LONGEST_PAUSE
from limen.access.membership.store import State
from limen.access.model import HeldGrant
from limen.access.occasion import CHANGED
from limen.access.store import add_grant, prolong
from limen.clock import HOUR, MINUTE, SECOND, SystemClock
from limen.company.load import load_company, load_settings
from limen.company.places import database_url, key_file
from limen.company.publish import SERVER, publish
from limen.demo.harbor import copy_to
from limen.facts import Person
from limen.identity.model import PersonStatus
from limen.identity.store import people
from limen.storage import Database, Keyring, Transaction, master_key

pytestmark = pytest.mark.slow
__all__ = ["office", "there"]


# To get in as somebody else


async def test_taking_somebodys_address_in_the_directory_gets_nobody_in(office: AtSlapd) -> None:
    """Mallory may change her own account there, and has Oscar's address in it when he is granted access."""
    oscar, _ = await office.person("Oscar")
    email = office.house.limen.known.people[oscar].email
    mallory = office.there.add_person("mallory", "Mallory Lind", email)
    await office.granted(oscar)
    await office.kept()
    assert office.there.members() == []
    assert office.said("member_refused") == [("member_refused", oscar)]
    assert mallory not in {one.account.value for one in office.memberships()}


async def test_an_address_that_leads_elsewhere_later_gets_nobody_in(office: AtSlapd) -> None:
    """His own account is removed, and another with his address and his very name is made."""
    oscar, account = await office.person("Oscar")
    grant = await office.granted(oscar)
    await office.kept()
    await office.revoked(oscar, grant)
    await office.kept()
    with office.there.as_root() as root:
        assert root.delete(account)
    again = office.there.add_person("oscar", "Oscar Lind", office.house.limen.known.people[oscar].email)
    assert again == account
    await office.granted(oscar)
    await office.kept()
    assert office.there.members() == []
    assert office.said("member_refused") == [("member_refused", oscar)]


async def test_two_people_with_one_address_get_nobody_in(office: AtSlapd) -> None:
    oscar, _ = await office.person("Oscar")
    known = office.house.limen.known
    twin = replace(known.people[oscar], id="p_twin", email=known.people[oscar].email.upper())
    known.people.put(twin)
    await office.granted(oscar)
    await office.kept()
    assert office.there.members() == []


async def test_an_account_that_is_somebody_elses_already_is_nobody_elses(office: AtSlapd) -> None:
    """Mallory has her address in Limen changed to one that leads to Oscar's account."""
    oscar, _ = await office.person("Oscar")
    grant = await office.granted(oscar)
    await office.kept()
    await office.revoked(oscar, grant)
    await office.kept()
    known = office.house.limen.known
    mallory = await office.house.member(office.house.browser(), "Mallory", "staff")
    address = known.people[oscar].email
    known.people.put(replace(known.people[oscar], email="oscar.lind@harbor.example"))
    known.people.put(replace(known.people[mallory], email=address))
    await office.granted(mallory)
    await office.kept()
    assert office.there.members() == []
    assert office.said("member_refused") == [("member_refused", mallory)]


# To stay in


async def test_a_new_name_before_the_end_keeps_nobody_in(office: AtSlapd) -> None:
    oscar, account = await office.person("Oscar")
    grant = await office.granted(oscar)
    await office.kept()
    renamed = office.there.rename(account, "oscar.lind")
    office.there.change(DOMAIN_ADMINS, "MODIFY_ADD", renamed)
    await office.revoked(oscar, grant)
    await office.kept()
    assert office.there.members() == []


async def test_who_adds_somebody_else_while_they_may_is_found_out(office: AtSlapd) -> None:
    oscar, _ = await office.person("Oscar")
    _, friend = await office.person("Friend")
    grant = await office.granted(oscar)
    await office.kept()
    office.there.change(DOMAIN_ADMINS, "MODIFY_ADD", friend)
    await office.revoked(oscar, grant)
    await office.kept()
    await office.reconciled()
    assert [one.value for one in office.strangers()] == [friend]


async def test_who_makes_themself_a_standing_member_before_the_grant_is_said_at_once(office: AtSlapd) -> None:
    oscar, account = await office.person("Oscar")
    office.there.change(DOMAIN_ADMINS, "MODIFY_ADD", account)
    await office.granted(oscar)
    await office.kept()
    await office.reconciled()
    assert office.said("member_already") == [("member_already", oscar)]
    assert [one.value for one in office.strangers()] == [account]


async def test_a_group_that_is_moved_away_under_the_grant_is_an_alarm_until_it_is_back(office: AtSlapd) -> None:
    oscar, account = await office.person("Oscar")
    grant = await office.granted(oscar)
    await office.kept()
    with office.there.as_root() as root:
        assert root.modify_dn(DOMAIN_ADMINS, "cn=moved")
    await office.revoked(oscar, grant)
    await office.kept()
    assert office.said("removal_failed") == [("removal_failed", oscar)]
    assert office.there.members(f"cn=moved,{GROUPS}") == [account]
    with office.there.as_root() as root:
        assert root.modify_dn(f"cn=moved,{GROUPS}", "cn=domain-admins")
    office.house.clock.forward(LONGEST_PAUSE)
    await office.kept()
    assert office.there.members() == []


async def test_who_leaves_or_moves_is_out(office: AtSlapd) -> None:
    known = office.house.limen.known
    for change in ({"active": False}, {"groups": frozenset({"contractors"})}):
        name = "Oscar" if "active" in change else "Farid"
        person, account = await office.person(name)
        await office.granted(person)
        await office.kept()
        assert office.there.members() == [account]
        known.people.put(replace(known.people[person], **change))  # type: ignore[arg-type]
        await office.kept()
        assert office.there.members() == []


async def test_a_directory_that_never_answers_keeps_no_other_waiting(there: Slapd, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:

        def with_a_silent_one(folder: Path) -> None:
            write(there, folder)
            apps, access = folder / "apps.yaml", folder / "access.yaml"
            group = '{directory: silent, group: "cn=x,dc=silent"}'
            apps.write_text(f"{apps.read_text()}\n- id: silent-admins\n  protocol: group\n  group: {group}\n")
            port, trust = silent.getsockname()[1], indent(there.trust, "      ")
            said = f'kind: ldap\n    url: ldaps://localhost:{port}\n    client: "{LIMEN}"\n    base: "{BASE}"'
            access.write_text(f"{access.read_text()}  silent:\n    {said}\n    trust: |\n{trust}\n")

        async with AsyncExitStack() as closing:
            house = await move_in(closing, tmp_path / "harbor", with_a_silent_one)
            kept = {"secret": SECRET, "now": 1, "by": ""}
            office, core = AtSlapd(house, there), house.limen.core
            for name, directory in office.directories.known().items():
                await core.write(partial(keep_secret, keyring=core.keyring, name=name, directory=directory, **kept))
            oscar, account = await office.person("Oscar")
            await office.granted(oscar, app="silent-admins")
            await office.keeper.keep()
            await office.granted(oscar)
            began = time.monotonic()
            while there.members() != [account]:
                await office.keeper.keep()
                await asyncio.sleep(0.05)
                assert time.monotonic() - began < 3
            assert "silent" in office.keeper._at_work
            silent.close()


# Limen dies


KILLED_ONCE_IT_ADDED = """
import os, signal, sys
from limen.connectors.ldap.groups import LdapGroups
from limen.cli.main import main
add = LdapGroups.add
async def added(self, *words):
    await add(self, *words)
    os.kill(os.getpid(), signal.SIGKILL)
LdapGroups.add = added
main(sys.argv[1:])
"""


def test_a_member_that_was_put_in_as_limen_was_killed_is_taken_out_when_it_is_back(
    there: Slapd, tmp_path: Path
) -> None:
    """`kill -9` of a real server between what slapd did and what Limen wrote of it; the grant ends meanwhile."""
    root = tmp_path / "harbor"
    copy_to(root, prefer_usual_ports=False)
    write(there, root)
    settings, now = load_settings(root), SystemClock().now()
    database = Database.open(database_url(root, settings))
    keyring = Keyring.open(database, master_key(key_file(root, settings), os.environ))
    company = load_company(root)
    publish(database, company, SERVER, "the first", now)
    oscar = Person("p_oscar", "Oscar", "oscar@harbor.example", frozenset({"staff"}))
    account = there.add_person("oscar", "Oscar Lind", oscar.email)
    grant = HeldGrant(
        id="gr_1",
        request_id="rq_1",
        person_id=oscar.id,
        app=APP,
        actions=("elevate",),
        since=now,
        until=now + HOUR,
        rule="a-test",
        approvers=(),
        asked_as=("staff",),
        device_id="",
    )

    def fill(transaction: Transaction) -> None:
        people.add(transaction.connection, oscar, PersonStatus.ACTIVE, now)
        people.set_groups(transaction.connection, oscar.id, oscar.groups)
        directory = company.parts["access.yaml"].directories["office"]
        keep_secret(transaction, keyring, "office", directory, SECRET, now, by="")
        add_grant(transaction.connection, grant)
        transaction.changed(CHANGED, oscar.id)

    database.write(fill)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_ONCE_IT_ADDED, "serve", str(root)], capture_output=True, timeout=60, check=False
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-2_000:]
    assert there.members() == [account]
    assert [one.state for one in database.read(lambda s: store.memberships(s.connection))] == [State.ADDING]
    over = replace(grant, until=SystemClock().now())
    assert database.write(lambda t: prolong(t.connection, over))
    again = subprocess.Popen([sys.executable, "-m", "limen.cli.main", "serve", str(root)], stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + MINUTE / SECOND
        while there.members() and time.monotonic() < deadline:
            time.sleep(0.2)
        assert there.members() == []
    finally:
        again.terminate()
        again.wait(60)
        database.close()
