"""`kill -9` of Limen: what ends access at each kind of door then, with nothing of Limen's left to end it.

RADIUS sessions end at their `Session-Timeout` with Limen and FreeRADIUS stopped: `test_wired_8021x.py`,
`test_strongswan.py`. A directory that ends memberships by itself is told the end (`tests/connectors`); slapd does not.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests import slapd
from tests.enforcement.house import apps, raw, status_of
from tests.enforcement.ssh.real_host import Client, needs_a_host, real_host
from tests.enforcement.ssh.world import line_of_output
from tests.enforcement.upstream import upstream
from tests.interop.fronts import running
from tests.interop.killed_limen import killable
from tests.waiting import until

from limen.clock import SECOND
from limen.following.wire import line_of

GRANTED_SECONDS = 14


@contextmanager
def serving_again(folder: Path) -> Iterator[None]:
    """`limen serve` over what was left."""
    words = [sys.executable, "-m", "limen.cli.main", "serve", str(folder)]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


@pytest.mark.parametrize("front", ["nginx", "caddy", "envoy"])
async def test_behind_a_front_nobody_comes_in(front: str) -> None:
    """Each request asks, so it is not a matter of time: the answer that nobody gives is a refusal."""
    async with upstream() as app:
        with killable("web", app.url) as limen:
            said = limen.started
            head = f"GET /page HTTP/1.1\r\nHost: wiki.harbor.example\r\nCookie: {said['cookie']}\r\n"
            asked = f"{head}Connection: close\r\n\r\n".encode()
            async with running(front, said["limen"], said["check"], apps(app.url)) as (port, _process):
                assert status_of(await raw(port, asked)) == 200
                before = len(app.requests)
                limen.kill()
                for _ in range(3):
                    assert status_of(await raw(port, asked)) in {
                        403,
                        500,
                        502,
                        503,
                    }
                assert len(app.requests) == before


@needs_a_host
@pytest.mark.skipif(not slapd.has_slapd(), reason="slapd is not installed")
async def test_ssh_and_root_end_by_themselves_and_a_group_that_can_not_is_ended_first_afterwards(
    tmp_path: Path,
) -> None:
    with slapd.running(tmp_path / "slapd") as there, real_host(tmp_path / "host") as host:
        at_slapd = json.dumps({"ldaps": there.ldaps, "ldap": there.ldap, "trust": there.trust})
        with killable("doors", str(tmp_path / "harbor"), at_slapd) as limen:
            await asyncio.to_thread(host.enrol, limen.started["address"], limen.asks(do="token")["token"])
            account = (await asyncio.to_thread(limen.asks, do="grants", seconds=GRANTED_SECONDS))["account"]
            client = Client(tmp_path / "client", host)
            issued = await asyncio.to_thread(limen.asks, do="certificate", key=line_of(client.key.public_key()))
            client.trust(*issued["vouching"])
            session = client.stay(
                issued["certificate"], issued["account"], "sudo -n id -un; sudo -n sleep 61; sleep 62"
            )
            assert await asyncio.to_thread(line_of_output, session) == "root"
            assert there.members() == [account]
            limen.kill()

        assert await asyncio.to_thread(session.wait, 30) != 0
        assert 0 <= time.time() - issued["until"] / SECOND < 1
        assert host.run("pgrep", "-x", "sleep", "-a", check=False).count("sleep 6") == 0
        host.run("test", "!", "-e", "/etc/sudoers.d/limen-ssh_ida")
        refused = await asyncio.to_thread(client.log_in, issued["certificate"], issued["account"], "true", check=False)
        assert refused.startswith("refused")
        assert "expired" in host.said("sshd")

        assert there.members() == [account], "nothing else ends it, which is said where it is asked for"
        with serving_again(tmp_path / "harbor"):
            await until(lambda: there.members() == [])
