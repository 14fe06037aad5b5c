"""strongSwan as a VPN gateway and as a laptop, each in a network namespace of its own: IKEv2 with EAP-TLS, through its
`eap-radius` and FreeRADIUS, with ESP in user space; and being put out when the decision turns.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.enforcement.radius.networks import LAPTOP, Network, door_of, ended, healthy, network, run, ties_of
from tests.interop.test_wired_8021x import running
from tests.waiting import until

from limen.cli.radius import certified
from limen.clock import SECOND, Milliseconds
from limen.devices.certificates.authority import LIVES

CHARON = Path("/usr/lib/ipsec/charon")
OURS, GATEWAY, OUTSIDE, ROAD, INSIDE = "10.77.1.1", "10.77.1.2", "10.77.0.1", "10.77.0.2", "10.79.0.1"
APPS = f"""
- id: gateway
  name: VPN of devices
  label: internal
  owner: engineering
  protocol: radius
  radius:
    kind: wifi
    clients: [{GATEWAY}]
"""
POLICIES = """
@id("healthy-devices-tunnel")
@title("Staff's healthy devices use the VPN")
@reason("Tests.")
permit (principal in Group::"staff", action == Action::"connect", resource == App::"gateway")
when { context.device.known && context.device.compliance == "compliant" && context.device.binding >= 4 };
"""
_CHARON = """charon {{
  load = {plugins} {more}
  install_virtual_ip = yes
  plugins {{
    vici {{
      socket = unix://{folder}/vici
    }}
    {radius}
  }}
  filelog {{
    log {{
      path = {folder}/charon.log
      default = 1
      flush_line = yes
    }}
  }}
}}
"""
_PLUGINS = (
    "random nonce openssl pem pkcs1 pkcs8 x509 pubkey constraints"
    " kernel-libipsec kernel-netlink socket-default vici eap-identity"
)
_RADIUS = """eap-radius {{
      accounting = yes
      station_id_with_port = no
      servers {{
        limen {{
          address = {ours}
          auth_port = {auth}
          acct_port = {accounting}
          secret = {secret}
          nas_identifier = gateway
        }}
      }}
      dae {{
        enable = yes
        listen = 0.0.0.0
        port = 3799
        secret = {secret}
      }}
    }}"""
_AT_THE_GATEWAY = f"""connections {{
  vpn {{
    version = 2
    local_addrs = {OUTSIDE}
    pools = laptops
    over_time = 1s
    local {{
      auth = pubkey
      certs = own.pem
      id = vpn.harbor.example
    }}
    remote {{
      auth = eap-radius
      id = %any
      eap_id = %any
    }}
    children {{
      office {{
        local_ts = 10.79.0.0/24
      }}
    }}
  }}
}}
pools {{
  laptops {{
    addrs = 10.78.0.0/24
  }}
}}
"""
_ON_THE_ROAD = f"""connections {{
  vpn {{
    version = 2
    local_addrs = {ROAD}
    remote_addrs = {OUTSIDE}
    vips = 0.0.0.0
    local {{
      auth = eap-tls
      certs = own.pem
      id = "CN={LAPTOP}"
      eap_id = "uri:urn:limen:device:{LAPTOP}"
      aaa_id = radius.limen.harbor.localhost
    }}
    remote {{
      auth = pubkey
      id = vpn.harbor.example
    }}
    children {{
      office {{
        remote_ts = 10.79.0.0/24
      }}
    }}
  }}
}}
"""


def _missing() -> str:
    if os.geteuid() != 0:
        return "needs root"
    plugins = ("eap-radius", "eap-tls", "kernel-libipsec", "vici", "openssl")
    for plugin in plugins:
        if not (CHARON.parent / "plugins" / f"libstrongswan-{plugin}.so").exists():
            return f"strongSwan's {plugin} is missing (apt: strongswan-charon libcharon-extra-plugins)"
    if not Path("/dev/net/tun").exists():
        return "there is no /dev/net/tun"
    done = subprocess.run(["unshare", "--net", "--mount", "true"], capture_output=True, check=False)
    return "" if done.returncode == 0 else "no namespaces here"


pytestmark = [pytest.mark.skipif(bool(_missing()), reason=_missing() or "-"), pytest.mark.slow]


class Peer:
    """One of the two: its namespace and its folder."""

    def __init__(self, folder: Path, inside: str) -> None:
        self.folder, self.inside = folder, inside
        for name in ("x509", "x509ca", "private"):
            (folder / name).mkdir(parents=True)

    def holds(self, charon: str, connections: str, certificate: str, key: str, authority: str) -> None:
        (self.folder / "strongswan.conf").write_text(charon)
        (self.folder / "swanctl.conf").write_text(connections)
        (self.folder / "x509" / "own.pem").write_text(certificate)
        (self.folder / "private" / "own.pem").write_text(key)
        (self.folder / "x509ca" / "devices.pem").write_text(authority)

    async def swanctl(self, *words: str) -> str:
        where = ["env", f"STRONGSWAN_CONF={self.folder}/strongswan.conf", f"SWANCTL_DIR={self.folder}"]
        return await run(*where, "swanctl", *words, "--uri", f"unix://{self.folder}/vici")

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """charon, with a /run of its own: its PID has one place there."""
        own = f"mount -t tmpfs tmpfs /run && exec env STRONGSWAN_CONF={self.folder}/strongswan.conf {CHARON}"
        command = ("ip", "netns", "exec", self.inside, "unshare", "--mount", "sh", "-c", own)
        async with running(self.folder / "out.log", *command):
            await until((self.folder / "vici").exists)
            loaded = await self.swanctl("--load-all", "--noprompt")
            assert "loaded connection 'vpn'" in loaded, loaded
            yield


@asynccontextmanager
async def cabled(mark: str) -> AsyncIterator[tuple[str, str]]:
    """The namespaces of the gateway and of the laptop: this machine, the gateway and the laptop, in a row."""
    gateway, laptop, cable = f"limen-gw-{mark}", f"limen-rw-{mark}", f"lgw{mark}"
    async with AsyncExitStack() as closing:
        for name in (gateway, laptop):
            await run("ip", "netns", "add", name)
            closing.push_async_callback(run, "ip", "netns", "del", name)
        await run("ip", "link", "add", cable, "type", "veth", "peer", "name", "inner", "netns", gateway)
        closing.push_async_callback(run, "ip", "link", "del", cable)
        await run("ip", "-n", gateway, "link", "add", "outer", "type", "veth", "peer", "name", "eth0", "netns", laptop)
        await run("ip", "addr", "add", f"{OURS}/24", "dev", cable)
        await run("ip", "link", "set", cable, "up")
        for name, place, address in (
            (gateway, "inner", f"{GATEWAY}/24"),
            (gateway, "outer", f"{OUTSIDE}/24"),
            (gateway, "lo", f"{INSIDE}/32"),
            (laptop, "eth0", f"{ROAD}/24"),
        ):
            await run("ip", "-n", name, "addr", "add", address, "dev", place)
            await run("ip", "-n", name, "link", "set", place, "up")
        yield gateway, laptop


def prepared(net: Network, folder: Path, gateway: str, laptop: str) -> tuple[Peer, Peer]:
    authority = net.authority.certificate
    certificate, key = certified(net.authority, "vpn.harbor.example", net.house.clock.now())
    asks = _RADIUS.format(ours=OURS, auth=net.port, accounting=net.port + 1, secret=net.secret)
    there, here = Peer(folder / "gateway", gateway), Peer(folder / "laptop", laptop)
    charon = _CHARON.format(plugins=_PLUGINS, folder=there.folder, more="eap-radius", radius=asks)
    there.holds(charon, _AT_THE_GATEWAY, certificate, key, authority)
    own = [(net.folder / name).read_text() for name in ("device.pem", "device.key")]
    here.holds(
        _CHARON.format(plugins=_PLUGINS, folder=here.folder, more="eap-tls", radius=""),
        _ON_THE_ROAD,
        own[0],
        own[1],
        authority,
    )
    return there, here


@dataclass(frozen=True)
class World:
    """Limen and FreeRADIUS, the gateway and the laptop, both at work."""

    net: Network
    there: Peer
    here: Peer

    async def comes_in(self) -> str:
        return await self.here.swanctl("--initiate", "--child", "office", "--timeout", "15")

    async def reaches_the_office(self) -> bool:
        said = await run("ip", "netns", "exec", self.here.inside, "ping", "-c1", "-W1", INSIDE)
        return "1 received" in said

    async def is_in(self) -> bool:
        return "ESTABLISHED" in await self.there.swanctl("--list-sas")

    async def is_out(self, within_seconds: float) -> None:
        try:
            async with asyncio.timeout(within_seconds):
                while await self.is_in():  # noqa: ASYNC110 -- charon tells nobody
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError((self.there.folder / "charon.log").read_text()[-2_000:]) from None


@asynccontextmanager
async def world(folder: Path, *, certified_for: Milliseconds = LIVES) -> AsyncIterator[World]:
    async with AsyncExitStack() as closing:
        gateway, laptop = await closing.enter_async_context(cabled(str(os.getpid() % 100_000)))
        net = await closing.enter_async_context(network(folder, apps=APPS, policies=POLICIES, gateway=GATEWAY))
        net.count(net.certificate(age=LIVES - certified_for))
        there, here = prepared(net, folder, gateway, laptop)
        for peer in (there, here):
            await closing.enter_async_context(peer.at_work())
        yield World(net, there, here)


async def test_a_device_tunnels_into_the_office_until_it_is_not_healthy_any_more(tmp_path: Path) -> None:
    async with world(tmp_path) as all_of_it:
        house, door = all_of_it.net.house, door_of(all_of_it.net.house)
        assert "initiate failed" in await all_of_it.comes_in()  # nothing is known of the device
        healthy(house)
        said = await all_of_it.comes_in()
        assert "initiate completed successfully" in said, said
        assert await all_of_it.reaches_the_office()
        await until(lambda: any(one.accounted for one in door.sessions.open()))
        (one,) = door.sessions.open()
        assert (one.app, one.device_id, one.nas, one.calling) == ("gateway", LAPTOP, GATEWAY, ROAD)
        house.limen.known.devices.drop(LAPTOP)
        assert await ended(house, "gateway")
        await all_of_it.is_out(within_seconds=5)
        assert not await all_of_it.reaches_the_office()
        assert house.events("radius.disconnect_failed") == []


async def test_a_tunnel_ends_on_time_when_nothing_of_limen_runs_any_more(tmp_path: Path) -> None:
    async with world(tmp_path, certified_for=14 * SECOND) as all_of_it:
        net, clock = all_of_it.net, all_of_it.net.house.clock
        healthy(net.house)
        (held,) = ties_of(net.house).certificates_of(LAPTOP)
        assert "initiate completed successfully" in await all_of_it.comes_in()
        net.process.terminate()
        await door_of(net.house).sessions.close()
        assert await all_of_it.is_in()
        await all_of_it.is_out(within_seconds=15)
        assert -1_500 <= clock.now() - held.until <= 1_500
