"""Attacks on SSH: certificates for more than is permitted, forged ones, clocks, hosts that are none, and what outlives
its end. Those that need a host are tried against the real sshd.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.devices.served import OWNER, served, until
from tests.enforcement.ssh.hosts import (
    HOST,
    OTHER,
    Somebody,
    certificate_in,
    door_of,
    grant,
    harbor,
    hosts_of,
    ida,
    write,
)
from tests.enforcement.ssh.real_host import Client, RealHost, needs_a_host, real_host
from tests.enforcement.ssh.test_door import ended
from tests.enforcement.ssh.world import World, line_of_output
from tests.ports import free_port
from tests.web.conftest import OUR_PAGE, House, lost_lease

from limen.clock import HOUR, MINUTE, SECOND, SystemClock
from limen.credentials import Cause, Ending, Stays
from limen.enforcement.ssh.authorities import AuthorityKey, Purpose
from limen.enforcement.ssh.certificates import PersonCertificate, sign_person
from limen.enforcement.ssh.credentials import CREDENTIALS
from limen.enforcement.ssh.door import Asked, Issued, LoginRefusedError, OthersGetInError
from limen.enforcement.ssh.followers import NAMESPACE
from limen.enforcement.ssh.hosts import Asks
from limen.enforcement.ssh.limen_ssh_host import following as host_following, records, sessions, sudo
from limen.enforcement.ssh.limen_ssh_host.alive import say_alive
from limen.enforcement.ssh.limen_ssh_host.logins import judge
from limen.enforcement.ssh.limen_ssh_host.places import KEPT, RUN
from limen.enforcement.ssh.limen_ssh_host.processes import start_of
from limen.facts import Auth, Device, Factor, Session
from limen.following.program.clock import LimensClock, boottime
from limen.following.program.kept import Wrong
from limen.following.questions import FollowerRefusedError
from limen.following.wire import line_of, signed

__all__ = ["harbor", "ida", "lost_lease"]


# Asking for more than is permitted


@pytest.mark.parametrize("account", ["root", "tom", "ida2", "deploy2", "builder"])
async def test_asking_for_an_account_that_is_not_ones_own(harbor: House, ida: Somebody, account: str) -> None:
    assert (await ida.ask(account=account)).status_code == 400
    assert door_of(harbor).live() == []
    assert harbor.events("ssh.login_refused")[0].actor == ida.id


async def test_asking_for_somebody_elses_account(harbor: House, ida: Somebody) -> None:
    await ida.certificate()
    browser = harbor.browser()
    tom = Somebody(browser, await harbor.member(browser, "Tom", "staff"))
    assert (await tom.ask(account="ida")).status_code == 400
    assert (await tom.certificate()).valid_principals == [b"tom@databases"]


async def test_acting_as_root_from_an_account_that_others_share(harbor: House, ida: Somebody) -> None:
    grant(harbor, ida.id, "elevate")
    assert (await ida.ask(account="deploy", sudo="1")).status_code == 400
    assert (await ida.ask("build.harbor.example", sudo="1")).status_code == 400


async def test_a_restricted_app_on_a_host_that_lets_others_in(tmp_path: Path) -> None:
    """Whoever was in plants a key there, and comes back when nothing is permitted any more."""

    def written(folder: Path) -> None:
        write(folder)
        apps = folder / "apps.yaml"
        before, _, rest = apps.read_text().partition("- id: databases")
        apps.write_text(before + "- id: databases" + rest.replace("label: internal", "label: restricted", 1))
        (folder / "policies" / "61-all.cedar").write_text(ALL)

    async with served(tmp_path / "harbor", written) as limen:
        hosts, door, now = hosts_of(limen.house), door_of(limen.house), limen.house.clock.now()
        key = line_of(Ed25519PrivateKey.generate().public_key())
        secret = (await hosts.enrol(await hosts.token(HOST, by=""), key, "203.0.113.50")).secret
        session = Session("s_ida", OWNER, Auth(3, frozenset({Factor.PASSKEY}), now), now, now + 8 * HOUR, 2 * HOUR)
        limen.house.limen.known.sessions.put("s_ida", session)
        person = limen.house.limen.known.people[OWNER]
        for is_only in (False, True):
            await hosts.ask(secret, Asks(0, frozenset(), frozenset(), is_only), "203.0.113.50")
            if is_only:
                assert (await door.ask(Asked(host=HOST, key=key), session, person, "127.0.0.1")).certificate
                continue
            with pytest.raises(OthersGetInError):
                await door.ask(Asked(host=HOST, key=key), session, person, "127.0.0.1")


@pytest.mark.parametrize("account", ["ida@databases,root", "ida\nroot", "ida root", "../ida", "%u", "ida@buildhost"])
async def test_forging_the_principal_through_the_account(harbor: House, ida: Somebody, account: str) -> None:
    answer = await ida.browser.client.post(
        "/ssh/ask", data={**ida.fields(account=account), "csrf": ida.browser.csrf}, headers=OUR_PAGE
    )
    assert answer.status_code in {400, 403}
    assert door_of(harbor).live() == []


async def test_options_and_times_are_never_the_askers(harbor: House, ida: Somebody) -> None:
    more = {"minutes": "9999", "valid_before": "9999999999", "permit-agent-forwarding": "1", "force-command": "id"}
    certificate = await ida.certificate(**more)
    assert certificate.valid_before - certificate.valid_after <= 11 * 60
    assert set(certificate.critical_options) == {b"source-address"}
    assert not {b"permit-agent-forwarding", b"permit-X11-forwarding", b"permit-port-forwarding"} & set(
        certificate.extensions
    )


async def test_a_page_of_another_site_sends_the_form(harbor: House, ida: Somebody) -> None:
    await ida.browser.get(f"/ssh/ask?{urlencode(ida.fields())}")
    headers = {"origin": "https://evil.example", "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    fields = {**ida.fields(), "csrf": ida.browser.csrf}
    assert (await ida.browser.client.post("/ssh/ask", data=fields, headers=headers)).status_code == 403
    assert door_of(harbor).live() == []


async def test_sending_somebody_the_link_brings_the_sender_nothing(harbor: House, ida: Somebody) -> None:
    """What comes of it goes to the victim's own computer, and no name or address in the link leads elsewhere."""
    mallory = Ed25519PrivateKey.generate()
    answer = await ida.ask(key=line_of(mallory.public_key()).split()[1], port="2345")
    assert certificate_in(answer).critical_options[b"source-address"] == b"203.0.113.7"
    for port in ("2345@evil.example", "2345/evil", "evil.example:80"):
        assert (await ida.ask(port=port)).status_code == 400


async def test_asking_all_the_time_is_slowed_down(harbor: House, ida: Somebody) -> None:
    await ida.browser.get(f"/ssh/ask?{urlencode(ida.fields())}")
    answers = [(await ida.browser.post("/ssh/ask", **ida.fields())).status_code for _ in range(33)]
    assert (answers[:30], answers[-1]) == ([200] * 30, 400)


# Outliving what was permitted


@pytest.mark.parametrize("change", ["grant", "groups", "deactivated", "signed_out", "panic", "everywhere"])
async def test_a_certificate_does_not_outlive_what_it_came_of(harbor: House, ida: Somebody, change: str) -> None:
    grant(harbor, ida.id, "elevate")
    certificate = await ida.certificate(sudo="1")
    identity = harbor.limen.identity
    (one,) = door_of(harbor).live()
    if change == "grant":
        harbor.limen.known.grants.drop(ida.id)
    elif change == "groups":
        await identity.people.set_groups(ida.id, [], by="")
    elif change == "deactivated":
        await identity.people.deactivate(ida.id, by="")
    elif change == "signed_out":
        await identity.sessions.revoke(one.session_id, by="")
    elif change == "panic":
        await identity.sessions.panic(by="")
    else:
        await identity.sessions.revoke_person(ida.id, by="")
    assert await ended(harbor, certificate.serial)
    assert (await ida.ask(sudo="1")).status_code != 200


async def test_a_grants_end_is_the_certificates_and_no_clock_of_the_askers_moves_it(
    harbor: House, ida: Somebody
) -> None:
    grant(harbor, ida.id, "elevate", lasts=3 * MINUTE)
    certificates = []
    for _ in range(3):  # asking again does not move the end
        certificates.append(await ida.certificate(sudo="1"))
        harbor.clock.forward(20 * SECOND)
    assert len({one.valid_before for one in certificates}) == 1
    harbor.clock.forward(2 * MINUTE)
    assert (await ida.ask(sudo="1")).headers["location"].startswith("/not-yet?")


async def test_what_ends_within_seconds_is_not_issued_at_all(harbor: House, ida: Somebody) -> None:
    grant(harbor, ida.id, "elevate", lasts=4 * SECOND)
    assert (await ida.ask(sudo="1")).status_code == 303


async def test_no_certificate_while_limen_can_not_decide(
    harbor: House, ida: Somebody, lost_lease: Callable[[], None]
) -> None:
    lost_lease()
    assert (await ida.ask()).status_code == 503
    assert door_of(harbor).live() == []


ALL = """
@id("everything")
@title("Staff do everything")
@reason("Tests.")
permit (principal in Group::"staff", action == Action::"connect", resource == App::"databases")
when { context.auth.strength >= 3 };
"""
HEALTHY = """
@id("from-healthy-devices")
@title("Hosts only from healthy devices")
@reason("Tests.")
forbid (principal, action in [Action::"connect", Action::"elevate"], resource == App::"databases")
unless { context.device.compliance == "compliant" };
"""


async def test_a_device_that_is_lost_ends_what_was_asked_for_on_it(tmp_path: Path) -> None:
    def written(folder: Path) -> None:
        write(folder)
        (folder / "policies" / "61-healthy.cedar").write_text(HEALTHY)

    async with served(tmp_path / "harbor", written) as limen:
        known, now, door = limen.house.limen.known, limen.house.clock.now(), door_of(limen.house)
        known.devices.put(Device("d_1", known=True, compliance="compliant", seen_at=now))
        auth = Auth(3, frozenset({Factor.PASSKEY}), now)
        on_it = {"device_id": "d_1", "binding": 2, "bound_until": now + HOUR}
        session = Session("s_ida", OWNER, auth, now, now + 8 * HOUR, 2 * HOUR, **on_it)
        known.sessions.put("s_ida", session)
        asked = Asked(host=HOST, key=line_of(Ed25519PrivateKey.generate().public_key()))
        person = known.people[OWNER]
        with pytest.raises(LoginRefusedError):  # a copied cookie, which came without the browser's tie
            await door.ask(asked, session, person, "127.0.0.1")
        issued = await door.ask(asked, session, person, "127.0.0.1", is_tied=True)
        assert issued.certificate
        (one,) = door.live()
        known.devices.drop("d_1")
        assert await ended(limen.house, one.serial)


# Hosts that are none


async def test_a_host_hears_nothing_of_other_apps_and_can_not_name_itself(harbor: House, ida: Somebody) -> None:
    hosts = hosts_of(harbor)
    key = line_of(Ed25519PrivateKey.generate().public_key())
    build = await hosts.enrol(await hosts.token("build.harbor.example", by=""), key, "203.0.113.50")
    certificate = await ida.certificate()
    await harbor.limen.identity.people.set_groups(ida.id, [], by="")
    assert await ended(harbor, certificate.serial)
    told = await hosts.ask(build.secret, Asks(0, frozenset(), frozenset()), "203.0.113.50")
    assert told is not None
    state = json.loads(told.text)
    assert (state["app"], state["ended"], state["accounts"]) == ("buildhost", [], [])


async def test_a_second_host_takes_a_name_over_only_with_a_token_and_ends_the_first(harbor: House) -> None:
    hosts = hosts_of(harbor)
    key = line_of(Ed25519PrivateKey.generate().public_key())
    first = await hosts.enrol(await hosts.token(HOST, by=""), key, "203.0.113.50")
    with pytest.raises(FollowerRefusedError):
        await hosts.enrol("x" * 43, key, "203.0.113.66")
    await hosts.enrol(await hosts.token(HOST, by=""), key, "203.0.113.50")
    with pytest.raises(FollowerRefusedError):
        await hosts.ask(first.secret, Asks(0, frozenset(), frozenset()), "203.0.113.50")


async def test_guessing_tokens_is_slowed_down_and_journaled(harbor: House) -> None:
    hosts = hosts_of(harbor)
    key = line_of(Ed25519PrivateKey.generate().public_key())
    token = await hosts.token(OTHER, by="")
    for number in range(30):
        with pytest.raises(FollowerRefusedError):
            await hosts.enrol(f"guess-{number}", key, "198.51.100.9")
    with pytest.raises(FollowerRefusedError):  # even the right one, from there
        await hosts.enrol(token, key, "198.51.100.9")
    assert harbor.events("ssh.host_refused")
    assert (await hosts.enrol(token, key, "203.0.113.50")).secret


# Against the real sshd


@pytest.fixture
def host(tmp_path: Path) -> Iterator[RealHost]:
    with real_host(tmp_path / "host") as one:
        yield one


def forged(world: World, by: Ed25519PrivateKey, **other: object) -> str:
    """A certificate that somebody made themselves."""
    now = SystemClock().now()
    said = {
        "serial": 7,
        "key_id": "forged",
        "account": "ida",
        "app": "databases",
        "valid_until": now + HOUR,
        "until": now + HOUR,
        "is_own": True,
        **other,
    }
    authority = AuthorityKey("ca_x", now, by.private_bytes_raw(), Purpose.PEOPLE)
    return sign_person(authority, world.client.key.public_key(), PersonCertificate(**said), now)  # type: ignore[arg-type]


@needs_a_host
async def test_what_sshd_and_the_host_refuse(tmp_path: Path, host: RealHost) -> None:
    async with served(tmp_path / "harbor", write) as limen:
        await asyncio.to_thread(host.enrol, limen.address, await hosts_of(limen.house).token(HOST, by=""))
        world = World(limen, host, Client(tmp_path / "client", host))
        issued = await world.ask()
        assert await world.log_in(issued, "echo", "in") == "in\n"
        for account in ("ansible", "anna"):
            host.run("useradd", "--create-home", "--shell", "/bin/bash", account)
        signing = door_of(limen.house).followers.authorities.signing(Purpose.PEOPLE, SystemClock().now()).private
        mine = Ed25519PrivateKey.generate()
        vouching = door_of(limen.house).followers.authorities.signing(Purpose.HOSTS, SystemClock().now()).private
        tried = {
            "signed by oneself": (forged(world, mine), "ida"),
            "signed by the hosts' authority": (forged(world, vouching), "ida"),
            "for another account": (issued.certificate, "root"),
            "for another app's hosts": (forged(world, signing, app="buildhost"), "ida"),
            "from another address": (forged(world, signing, address="198.51.100.9"), "ida"),
            "over, as the certificate says": (forged(world, signing, valid_until=SystemClock().now() - SECOND), "ida"),
            "over, as the decision says": (forged(world, signing, until=SystemClock().now() - SECOND), "ida"),
            "for an account of the system's": (forged(world, signing, account="backup"), "backup"),
            "for a service's account that was there before": (forged(world, signing, account="ansible"), "ansible"),
            "for another's account that was there before": (forged(world, signing, account="anna"), "anna"),
            "changed by one bit": (changed(issued.certificate), "ida"),
        }
        for what, (line, account) in tried.items():
            said = await asyncio.to_thread(world.client.log_in, line, account, "echo", "in", check=False)
            assert "refused" in said, what
        stolen = Client(tmp_path / "stolen", host)
        stolen.trust(*issued.vouching)
        said = await asyncio.to_thread(stolen.log_in, issued.certificate, "ida", "echo", "in", check=False)
        assert "refused" in said, "a certificate without its key"
        said = await asyncio.to_thread(world.client.log_in, issued.certificate, "ida", "sudo", "-n", "id", check=False)
        assert "refused" in said, "sudo without being elevated"
        host.run("sed", "-i", "/^HostCertificate/d", "/etc/ssh/sshd_config.d/10-limen.conf")
        host.run("sh", "-c", "kill -HUP $(cat /run/sshd.pid)")
        await asyncio.sleep(0.5)
        said = await asyncio.to_thread(world.client.log_in, issued.certificate, "ida", "echo", "in", check=False)
        assert "refused" in said, "a host for which nobody vouches"


def changed(line: str) -> str:
    """One bit of the key id's length is where no reader overlooks it; this one is in its text."""
    kind, encoded = line.split()[:2]
    blob = bytearray(base64.b64decode(encoded))
    blob[blob.index(b"ida@databases")] ^= 1
    return f"{kind} {base64.b64encode(blob).decode()}"


@needs_a_host
async def test_states_that_limen_did_not_sign_or_that_are_old(tmp_path: Path, host: RealHost) -> None:
    async with served(tmp_path / "harbor", write) as limen:
        await asyncio.to_thread(host.enrol, limen.address, await hosts_of(limen.house).token(HOST, by=""))
        host.run("pkill", "-KILL", "-f", "limen-ssh-host follow")  # in the host's own PID namespace
        followers = door_of(limen.house).followers
        (enrolled,) = followers.hosts.values()
        old = followers.state(enrolled)
        followers.change()
        new = followers.state(enrolled)
        mine = Ed25519PrivateKey.generate()
        elsewhere = json.dumps({**json.loads(new.text), "host": "h_other"})
        signing = followers.authorities.signing(Purpose.PEOPLE, SystemClock().now()).private

        def taken(text: str, signature: str) -> str:
            code = (
                "import sys, json; from importlib.machinery import SourceFileLoader as L; "
                "m = L('host', '/usr/local/sbin/limen-ssh-host').load_module(); "
                "m.take_over(json.load(sys.stdin)); print('taken')"
            )
            given = json.dumps({"state": text, "signature": signature})
            return host.run("python3", "-W", "ignore", "-c", code, given=given, check=False)

        assert "taken" not in taken(new.text, signed(mine, NAMESPACE, new.text.encode()))
        assert "taken" not in taken(new.text, signed(signing, "another", new.text.encode()))
        assert "taken" not in taken(new.text.replace('"ended":[]', '"ended":[1]'), new.signature)
        assert "taken" not in taken(elsewhere, signed(signing, NAMESPACE, elsewhere.encode()))
        assert "taken" in taken(new.text, new.signature)
        assert "taken" not in taken(old.text, old.signature)


def until_gone(host: RealHost, path: str) -> None:
    """The host removes it once it has ended everything: a moment after the session has ended."""
    ends_at = time.monotonic() + 10
    while "there" in host.run("sh", "-c", f"test -e {path} && echo there", check=False):
        assert time.monotonic() < ends_at, path
        time.sleep(0.1)


@needs_a_host
async def test_detached_processes_and_a_shell_of_root_end_with_the_session(tmp_path: Path, host: RealHost) -> None:
    async with served(tmp_path / "harbor", write) as limen:
        await asyncio.to_thread(host.enrol, limen.address, await hosts_of(limen.house).token(HOST, by=""))
        world = World(limen, host, Client(tmp_path / "client", host))
        world.grant("elevate")
        issued = await world.ask(is_elevated=True)
        session = world.client.stay(
            issued.certificate, "ida", "sudo -n sh -c 'nohup sleep 81 >/dev/null 2>&1 & echo in; sleep 82'"
        )
        assert await asyncio.to_thread(line_of_output, session) == "in"
        world.take_grants()
        assert await asyncio.to_thread(session.wait, 10) != 0
        assert "sleep 8" not in host.run("pgrep", "-ax", "sleep", check=False)
        await asyncio.to_thread(until_gone, host, "/etc/sudoers.d/limen-ssh_ida")
        assert "refused" in await world.log_in(issued, "true", check=False)


READS_HOME = "session    required     pam_env.so user_readenv=1 envfile=/etc/default/locale"
"""As it stands in /etc/pam.d/sshd of Ubuntu 22.04 and Debian 12."""


@needs_a_host
async def test_a_host_where_people_write_the_environment_of_pam(tmp_path: Path, host: RealHost) -> None:
    """It is what root's program in their session runs with: it does not enrol, and lets nobody in once it is so."""
    async with served(tmp_path / "harbor", write) as limen:
        token = await hosts_of(limen.house).token(HOST, by="")
        host.run("cp", "/etc/pam.d/sshd", "/etc/pam.d/sshd-before")
        host.run("tee", "-a", "/etc/pam.d/common-session", given=f"{READS_HOME}\n")
        with pytest.raises(AssertionError, match="user_readenv"):
            await asyncio.to_thread(host.enrol, limen.address, token)
        assert hosts_of(limen.house).followers.hosts == {}
        host.run("sed", "-i", "s/user_readenv=1/user_readenv=0/", "/etc/pam.d/common-session")
        await asyncio.to_thread(host.enrol, limen.address, token)
        world = World(limen, host, Client(tmp_path / "client", host))
        issued = await world.ask()
        assert await world.log_in(issued, "echo", "in") == "in\n"
        host.run("sed", "-i", "s/user_readenv=0/user_readenv=1/", "/etc/pam.d/common-session")
        host.run("tee", "/home/ida/.pam_environment", given='SSH_AUTH_INFO_0 OVERRIDE=""\n')
        assert "refused" in await world.log_in(issued, "echo", "in", check=False)
        assert host.run("limen-ssh-host", "status", check=False).count("user_readenv=0") == 1
        host.run("sed", "-i", "s/user_readenv=1/user_readenv=0/", "/etc/pam.d/common-session")
        host.follow()
        assert await world.log_in(issued, "echo", "in") == "in\n"


@needs_a_host
async def test_another_certificate_in_the_environment_than_sshd_verified(tmp_path: Path, host: RealHost) -> None:
    """Whatever writes it between the first and the last line of the session: nothing begins by it, sshd is killed."""
    async with served(tmp_path / "harbor", write) as limen:
        await asyncio.to_thread(host.enrol, limen.address, await hosts_of(limen.house).token(HOST, by=""))
        world = World(limen, host, Client(tmp_path / "client", host))
        issued = await world.ask()
        signing = door_of(limen.house).followers.authorities.signing(Purpose.PEOPLE, SystemClock().now()).private
        root = forged(world, signing, is_elevated=True).split()
        host.run("sed", "-i", "3i session required pam_env.so envfile=/etc/written", "/etc/pam.d/sshd")
        for written in ("", "password", f"publickey {root[0]} {root[1]}"):
            host.run("tee", "/etc/written", given=f"SSH_AUTH_INFO_0={written}\n")
            assert "refused" in await world.log_in(issued, "echo", "in", check=False), written
            assert host.run("sh", "-c", "ls /run/limen-ssh/sessions /etc/sudoers.d", check=False).count("ida") == 0
        host.run("tee", "/etc/written", given="OTHER=1\n")
        assert await world.log_in(issued, "echo", "in") == "in\n"


@needs_a_host
async def test_an_account_of_ones_name_that_was_on_the_host_before(tmp_path: Path, host: RealHost) -> None:
    """It is another Ida's, or a service's: only root at the host can say that it is hers."""
    async with served(tmp_path / "harbor", write) as limen:
        host.run("useradd", "--create-home", "--shell", "/bin/bash", "ida")
        await asyncio.to_thread(host.enrol, limen.address, await hosts_of(limen.house).token(HOST, by=""))
        world = World(limen, host, Client(tmp_path / "client", host))
        issued = await world.ask()
        assert "refused" in await world.log_in(issued, "id", "-un", check=False)
        for wrong in ("root", "backup", "nobody2", "../ida", ""):
            host.run("sh", "-c", f"! limen-ssh-host adopt '{wrong}'")
        host.run("limen-ssh-host", "adopt", "ida")
        assert await world.log_in(issued, "id", "-un") == "ida\n"
        # Another account by the same name. `usermod` refuses while a dead process of theirs was not waited for.
        host.run("sed", "-i", r"s/^\(ida:[^:]*\):[0-9]*:/\1:4321:/", "/etc/passwd")
        assert "refused" in await world.log_in(issued, "id", "-un", check=False)


NOTHING_RUNS = "! ps -u ida -o stat= | grep -qv '^Z'"
"""What is dead stays in the list there: nobody waits for it."""


@needs_a_host
async def test_what_a_session_leaves_running_ends_with_it(tmp_path: Path, host: RealHost) -> None:
    """A shell that calls home, and is still there when the grant is not."""
    async with served(tmp_path / "harbor", write) as limen:
        await asyncio.to_thread(host.enrol, limen.address, await hosts_of(limen.house).token(HOST, by=""))
        world = World(limen, host, Client(tmp_path / "client", host))
        issued = await world.ask()
        left = (
            "for one in 1 2 3; do setsid nohup sh -c 'sleep 9$0; :' $one >/dev/null 2>&1 </dev/null & done; sleep 0.2"
        )
        await world.log_in(issued, left)
        await asyncio.to_thread(host.wait_for, "sh", "-c", NOTHING_RUNS, seconds=5)
        session = world.client.stay(issued.certificate, "ida", "echo in; sleep 83")
        assert await asyncio.to_thread(line_of_output, session) == "in"
        await world.log_in(issued, "true")  # the end of one session is not that of another
        await asyncio.sleep(0.5)
        assert session.poll() is None
        assert "sleep 83" in host.run("pgrep", "-u", "ida", "-ax", "sleep")
        session.kill()
        await asyncio.to_thread(host.wait_for, "sh", "-c", NOTHING_RUNS, seconds=5)
        assert "ida" in host.run("cat", "/etc/cron.deny").splitlines()


@needs_a_host
async def test_what_a_session_leaves_running_ends_though_sshd_was_killed(tmp_path: Path, host: RealHost) -> None:
    async with served(tmp_path / "harbor", write) as limen:
        await asyncio.to_thread(host.enrol, limen.address, await hosts_of(limen.house).token(HOST, by=""))
        world = World(limen, host, Client(tmp_path / "client", host))
        issued = await world.ask()
        session = world.client.stay(
            issued.certificate, "ida", "setsid nohup sleep 84 >/dev/null 2>&1 & echo in; sleep 85"
        )
        assert await asyncio.to_thread(line_of_output, session) == "in"
        record = host.run("sh", "-c", "ls /run/limen-ssh/sessions").strip()
        host.run("kill", "-KILL", record.partition("-")[0])
        await asyncio.to_thread(host.wait_for, "sh", "-c", NOTHING_RUNS, seconds=5)
        session.kill()


@needs_a_host
async def test_ways_in_that_stay_where_every_other_is_shut(tmp_path: Path, host: RealHost) -> None:
    """What stands before our lines, what a `Match` changes for some, and what sshd's unit says."""
    async with served(tmp_path / "harbor", write) as limen:
        await asyncio.to_thread(host.enrol, limen.address, await hosts_of(limen.house).token(HOST, by=""))
        followers = door_of(limen.house).followers
        world = World(limen, host, Client(tmp_path / "client", host))
        issued = await world.ask()
        host.run("limen-ssh-host", "only")
        assert await world.log_in(issued, "echo", "in") == "in\n"
        for _ in range(2):
            followers.change()
            await until(lambda: followers.is_in_force("databases", followers.number))
        assert followers.heard_of(HOST).is_only
        tried = {
            "05-cloud.conf": "AuthorizedKeysCommand /usr/bin/cat /home/%u/key\nAuthorizedKeysCommandUser nobody\n",
            "06-first.conf": "PasswordAuthentication yes\n",
            "99-match.conf": "Match User deploy\n  AuthorizedKeysFile /home/%u/.ssh/authorized_keys\n",
            "98-match.conf": "match address 10.0.0.0/8\nauthenticationmethods=any\n",
        }
        for name, text in tried.items():
            host.run("tee", f"/etc/ssh/sshd_config.d/{name}", given=text)
            host.run("sh", "-c", "! limen-ssh-host only")
            host.run("rm", f"/etc/ssh/sshd_config.d/{name}")
            host.run("limen-ssh-host", "only")
        host.start(
            "other",
            "/usr/sbin/sshd",
            "-D",
            "-p",
            str(free_port()),
            "-o",
            "PidFile=none",
            "-o",
            "AuthorizedKeysFile=.ssh/a",
        )
        host.wait_for("pgrep", "-f", "AuthorizedKeysFile=")
        host.run("sh", "-c", "! limen-ssh-host only")


@pytest.fixture
def following(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LimensClock:
    """A host of which the program runs, and knows Limen's time."""
    for kept in (KEPT, RUN):
        monkeypatch.setattr(kept, "folder", tmp_path)
    clock = LimensClock()
    clock.hear(time.time())
    say_alive(clock)
    return clock


def certificate(lasts: float = 600) -> Any:
    until = time.time() + lasts
    return SimpleNamespace(serial=1, until=until, before=until, extensions={})


@pytest.mark.parametrize("turned", [-3_600, -31, 31, 3_600])
def test_a_clock_that_is_turned_at_the_host(
    following: LimensClock, monkeypatch: pytest.MonkeyPatch, turned: float
) -> None:
    """Neither does what is over log in, nor does a session last: what counts is the time since the boot."""
    now, over, good = time.time(), list[int](), certificate()
    monkeypatch.setattr(host_following, "end", lambda record, _why: over.append(record["serial"]))
    judge(good, "nobody")
    pid, ends = os.getpid(), boottime()
    one = {"pid": pid, "start": start_of(pid), "serial": 1, "until": now + 1, "ends": ends}
    monkeypatch.setattr(host_following, "records", lambda: [one, {**one, "serial": 2, "ends": ends + 60}])
    monkeypatch.setattr(time, "time", lambda: now + turned)
    assert not following.is_right()
    with pytest.raises(Wrong):
        judge(good, "nobody")
    host_following.look()
    assert over == ([1] if turned < 0 else [1, 2])


@pytest.mark.parametrize("account", ["root", "toor", "nobody-knows"])
def test_root_by_a_certificate_whatever_it_is_called(
    following: LimensClock, monkeypatch: pytest.MonkeyPatch, account: str
) -> None:
    """A login of apps.yaml may be root by another name on one host: `connect` would be root then, without a grant."""
    real = pwd.getpwnam
    monkeypatch.setattr(pwd, "getpwnam", lambda name: real("root" if name == "toor" else name))
    judge(certificate(), "nobody")
    with pytest.raises(Wrong):
        judge(certificate(), account)


def test_a_session_that_the_kernel_does_not_let_go_of_is_not_forgotten(
    following: LimensClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose sshd hangs in the kernel loses root at once, and ends as soon as it can be ended."""
    monkeypatch.setattr(sudo, "SUDOERS", tmp_path)
    sudoers = tmp_path / "limen-ssh_nobody"
    with subprocess.Popen(["sleep", "60"]) as hanging:
        said = {"account": "nobody", "serial": 1, "is_elevated": True, "logind": "", "until": time.time() + 60}
        records.keep({**said, "pid": hanging.pid, "start": start_of(hanging.pid)})
        sudoers.write_text("nobody ALL=(ALL:ALL) NOPASSWD: ALL")
        with monkeypatch.context() as patch:
            patch.setattr(sessions, "send", lambda _pids, _what: None)
            sessions.end(records.records()[0], "its certificate is revoked")
        assert (len(records.records()), sudoers.exists()) == (1, False)
        sessions.end(records.records()[0], "its certificate is revoked")
        assert hanging.wait(5) == -signal.SIGKILL
        assert records.records() == []
    assert not sudoers.exists()


@needs_a_host
async def test_the_next_of_a_name_gets_nothing_of_who_was_erased(tmp_path: Path, host: RealHost) -> None:
    """Home, keys, crontab and processes stay with the account, which is locked where it is."""
    async with served(tmp_path / "harbor", write) as limen:
        await asyncio.to_thread(host.enrol, limen.address, await hosts_of(limen.house).token(HOST, by=""))
        world = World(limen, host, Client(tmp_path / "client", host))
        issued = await world.ask()
        session = world.client.stay(issued.certificate, "ida", "echo in; sleep 86")
        assert await asyncio.to_thread(line_of_output, session) == "in"
        kind = next(one for one in CREDENTIALS if one.name == "ssh_accounts")
        ending = Ending(cause=Cause.ERASED, now=limen.house.clock.now(), holder=OWNER)
        erased = kind.erased
        assert not isinstance(erased, Stays)
        await limen.house.limen.core.write(lambda transaction: erased(transaction, ending))
        await hosts_of(limen.house).keep_up()
        assert await asyncio.to_thread(session.wait, 10) != 0
        await asyncio.to_thread(host.wait_for, "sh", "-c", "! grep -q ida /etc/limen-ssh/made", seconds=5)
        host.run("sh", "-c", NOTHING_RUNS)
        signing = door_of(limen.house).followers.authorities.signing(Purpose.PEOPLE, SystemClock().now()).private
        said = await world.log_in(Issued(issued.answer, "ida", forged(world, signing)), "echo", "in", check=False)
        assert "refused" in said
        assert (await world.ask()).account == "ida2"  # as the next of the name


@needs_a_host
async def test_a_host_that_was_removed_is_not_taken_for_the_one_of_its_name(tmp_path: Path, host: RealHost) -> None:
    """Whoever kept its key has a certificate of Limen's for the name, for days."""
    async with served(tmp_path / "harbor", write) as limen:
        hosts = hosts_of(limen.house)
        await asyncio.to_thread(host.enrol, limen.address, await hosts.token(HOST, by=""))
        world = World(limen, host, Client(tmp_path / "client", host))
        issued = await world.ask()
        world.client.trust(pinned=issued.host_key)
        assert await world.log_in(issued, "echo", "in") == "in\n"
        rebuilt = line_of(Ed25519PrivateKey.generate().public_key())
        await hosts.enrol(await hosts.token(HOST, by=""), rebuilt, "203.0.113.50")
        issued = await world.ask()
        assert issued.host_key == rebuilt
        world.client.trust(pinned=issued.host_key)
        assert "refused" in await world.log_in(issued, "echo", "in", check=False)
        (enrolled,) = hosts.followers.hosts
        await hosts.remove(enrolled, by="")
        assert (await world.ask()).host_key == ""
