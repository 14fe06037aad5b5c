"""`limen firewall` by the real command, against every interface that it tells: a change is refused, goes back because
nobody confirmed it or because the command was stopped, is put back after it was killed, and is confirmed.

AWS is moto's here, all others are emulators of the interfaces that they publish.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.cli.test_main import leave
from tests.company.small_folder import small_folder
from tests.emulators import azure as blue, compute as red, opnsense as edge, unifi as gate
from tests.emulators.ec2 import ACCESS_KEY, SECRET, ec2

from limen.network.remote.kept import CONFIRMED, TRIAL, UNDONE, kept

pytestmark = pytest.mark.slow
NETWORK = """
zones:
  office: {{kind: workstation, prefixes: [10.10.0.0/24], tags: {{opnsense: lan}}}}
  web: {{kind: dmz, prefixes: [10.80.0.0/24], tags: {{opnsense: opt1}}}}
flows:
  - {{id: shop, from: office, to: web, service: https, owner: it@harbor.example, purpose: shop, review: 2099-01-01}}
  - {{id: files, from: office, to: web, service: ssh, owner: it@harbor.example, purpose: files, review: 2099-01-01}}
firewalls:
  it: {{kind: {kind}, {place}, zones: [{zones}]}}
"""
BY_COMMAND = """
import json, sys
from dataclasses import replace
from limen.cli import firewall_gear
from limen.cli.main import main
origins, seconds, *words = sys.argv[1:]
firewall_gear.CLIENTS = replace(firewall_gear.CLIENTS, **json.loads(origins))
firewall_gear.apply.__kwdefaults__["seconds"] = float(seconds)
main(words)
"""
"""The command as it is; only where clouds are is said, and how long a trial lasts."""


@dataclass(frozen=True)
class At:
    """`rules`: what is there now, to compare; `refuse`: from now on one of its rules is refused, or none."""

    kind: str
    place: str
    zones: str
    key: str
    origins: dict[str, str]
    rules: Callable[[], Any]
    refuse: Callable[[str], None]


@asynccontextmanager
async def at_aws() -> AsyncIterator[At]:
    with ec2() as vendor:
        vpc = vendor.boto.create_vpc(CidrBlock="10.80.0.0/16")["Vpc"]["VpcId"]
        vendor.boto.create_subnet(VpcId=vpc, CidrBlock="10.80.0.0/24")
        made = vendor.boto.create_security_group(GroupName="limen-web", Description="Written by Limen", VpcId=vpc)
        many = [_aws_rule(10_000 + one) for one in range(59)]

        def refuse(which: str) -> None:
            """A group takes 60 rules in each direction."""
            ask = vendor.boto.authorize_security_group_ingress if which else vendor.boto.revoke_security_group_ingress
            ask(GroupId=made["GroupId"], IpPermissions=many)

        def rules() -> Any:
            found = vendor.boto.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
            return sorted(
                (one["GroupName"], json.dumps([one["IpPermissions"], one["IpPermissionsEgress"]], sort_keys=True))
                for one in found["SecurityGroups"]
            )

        key = f"aws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET}\n"
        yield At("aws", f"vpc: {vpc}, region: eu-central-1", "web", key, {"aws": vendor.origin}, rules, refuse)


def _aws_rule(port: int) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": "10.99.0.0/24"}]}


@asynccontextmanager
async def at_azure() -> AsyncIterator[At]:
    async with blue.azure() as vendor:
        vendor.has("limen-web", tags={"owner": "it"})
        key = json.dumps({"tenant": blue.TENANT, "appId": blue.APP, "password": vendor.secret})
        origins = {"azure": vendor.origin, "azure_sign_in": vendor.origin}
        rules = lambda: {name: (one["properties"], one.get("tags")) for name, one in vendor.groups.items()}  # noqa: E731
        refuse = lambda which: setattr(vendor, "refused", which or "-")  # noqa: E731
        yield At("azure", f"network: {blue.NETWORK}", "web", key, origins, rules, refuse)


@asynccontextmanager
async def at_gcp() -> AsyncIterator[At]:
    async with red.compute() as vendor:
        vendor.has("theirs", sourceRanges=["10.99.0.0/24"], allowed=[{"IPProtocol": "esp"}], targetTags=["theirs"])
        origins = {"gcp": vendor.origin, "gcp_sign_in": vendor.origin}
        refuse = lambda which: setattr(vendor, "refused", which or "-")  # noqa: E731
        yield At("gcp", f"network: {red.NETWORK}", "web", red.key_file(), origins, lambda: sorted(vendor.rules), refuse)


@asynccontextmanager
async def at_opnsense() -> AsyncIterator[At]:
    async with edge.opnsense() as vendor:
        vendor.put(interface="opt9", description="theirs", sequence="1")
        vendor.in_force = dict(vendor.rules)
        key = f"key={edge.KEY}\nsecret={edge.SECRET}\n"
        rules = lambda: sorted(map(str, vendor.in_force.values()))  # noqa: E731
        refuse = lambda which: setattr(vendor, "refused", which)  # noqa: E731
        yield At("opnsense", f'url: "{vendor.origin}", uplink: [wan]', "office, web", key, {}, rules, refuse)


@asynccontextmanager
async def at_unifi() -> AsyncIterator[At]:
    async with gate.unifi() as vendor:
        for name in ("Office", "Web", "External", "Gateway"):
            vendor.zone(name)
        vendor.put("Office", "Web", "Allow All Traffic", is_users=False)
        key = f"api_key = {gate.API_KEY}\n"
        rules = lambda: [one["name"] for one in vendor.listed()]  # noqa: E731
        refuse = lambda which: setattr(vendor, "refused", f"limen {which}" if which else "-")  # noqa: E731
        yield At("unifi", f'url: "{vendor.origin}"', "office, web", key, {}, rules, refuse)


@dataclass
class Company:
    at: At
    folder: Path

    async def begin(self, task: str, *more: str, seconds: float = 60) -> asyncio.subprocess.Process:
        key = () if task == "confirm" else ("--key", str(self.folder / "it.key"))
        words = ("firewall", task, "it", str(self.folder), *key, *more)
        told = (json.dumps(self.at.origins), str(seconds))
        piped = {"stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.PIPE}
        return await asyncio.create_subprocess_exec(sys.executable, "-c", BY_COMMAND, *told, *words, **piped)

    async def ran(self, task: str, *more: str, seconds: float = 60) -> tuple[int, str]:
        process = await self.begin(task, *more, seconds=seconds)
        out, error = await process.communicate()
        return process.returncode or 0, (out + error).decode()

    async def on_trial(self) -> asyncio.subprocess.Process:
        """`apply`, with its rules in force."""
        process = await self.begin("apply")
        assert process.stdout is not None
        await process.stdout.readline()
        assert self.state == TRIAL
        return process

    @property
    def state(self) -> str:
        now = kept(self.folder / "data" / "firewalls", "it")
        return "" if now is None else now.state


async def company_at(at: At, folder: Path) -> Company:
    folder = small_folder(folder)
    (folder / "network.yaml").write_text(NETWORK.format(kind=at.kind, place=at.place, zones=at.zones))
    assert await asyncio.to_thread(leave, "apply", str(folder), "-m", "network") == 0
    key = folder / "it.key"
    key.write_text(at.key)
    key.chmod(0o600)
    return Company(at, folder)


@pytest.mark.long  # each starts a command ten times
@pytest.mark.parametrize("there", [at_aws, at_azure, at_gcp, at_opnsense, at_unifi])
async def test_every_way_that_a_change_may_go(there: Callable[[], Any], tmp_path: Path) -> None:
    async with there() as at:
        company, empty = await company_at(at, tmp_path / "harbor"), at.rules()

        at.refuse("files")
        before = at.rules()
        status, said = await company.ran("apply")
        assert (status, at.rules(), company.state) == (1, before, UNDONE), said
        at.refuse("")
        assert at.rules() == empty

        status, said = await company.ran("apply", seconds=0.2)
        assert (status, at.rules(), company.state) == (1, empty, UNDONE), said

        process = await company.on_trial()
        process.kill()
        await process.communicate()
        assert (at.rules() != empty, company.state) == (True, TRIAL)
        assert (await company.ran("undo"))[0] == 0
        assert (at.rules(), company.state) == (empty, UNDONE)

        process = await company.on_trial()
        meant = at.rules()
        assert (await company.ran("confirm"))[0] == 0
        await process.communicate()
        assert (process.returncode, at.rules(), company.state) == (0, meant, CONFIRMED)


async def test_a_command_that_is_stopped_goes_back_and_what_stays_is_as_planned(tmp_path: Path) -> None:
    async with at_azure() as at:
        company, empty = await company_at(at, tmp_path / "harbor"), at.rules()
        process = await company.on_trial()
        assert at.rules() != empty
        process.send_signal(signal.SIGTERM)
        await process.communicate()
        assert (at.rules(), company.state) == (empty, UNDONE)
        assert (await company.ran("apply", "--yes"))[0] == 0
        status, said = await company.ran("plan", "--json")
        assert status == 0
        plan = json.loads(said)
        assert (plan["new"], plan["gone"], plan["calls"]) == ([], [], [])
