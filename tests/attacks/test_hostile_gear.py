"""Firewalls that answer what they should not, and files that say what they should not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from tests.emulators.azure import NETWORK as AZURE
from tests.emulators.compute import NETWORK as GCP
from tests.emulators.vendor import Vendor, served
from tests.network.emit.clouds import cloud
from tests.network.networks import flow, harbor, way

from limen.connectors.google.firewall_rules import FirewallRules
from limen.connectors.microsoft.security_groups import SecurityGroups
from limen.connectors.opnsense.filter import Filter
from limen.connectors.unifi.network import UnifiNetwork
from limen.connectors.vendor_client import VendorClient, VendorError
from limen.enforcement.resolving import Resolver
from limen.errors import LimenError
from limen.network.emit.aws_calls import Call
from limen.network.model import Firewall
from limen.network.packets import Packet
from limen.network.reading.opnsense import MOST_RULES, read_opnsense
from limen.network.reading.reading import UnreadableError
from limen.network.reading.unifi import read_unifi
from limen.network.remote.azure import AzureNetwork
from limen.network.remote.clients import key_of
from limen.network.remote.gcp import GcpNetwork
from limen.network.remote.gear import MOST_ROUNDS, put
from limen.network.remote.kept import TRIAL, Kept, keep, kept
from limen.network.remote.opnsense import Opnsense

FROM_OFFICE = Packet("lan", "other", 4, 0x0A0A0001, 0x0A140001, 6, 22)


@asynccontextmanager
async def answering(**answers: Any) -> AsyncIterator[tuple[Vendor, VendorClient]]:
    """A server that answers whatever it is asked with `get` or `post`."""
    vendor = Vendor()

    async def get(_: web.Request) -> web.Response:
        return web.json_response(answers.get("get"))

    async def post(_: web.Request) -> web.Response:
        return web.json_response(answers.get("post"))

    async with served(vendor, {"GET /{path:.*}": get, "POST /{path:.*}": post}):
        client = VendorClient(vendor.origin, Resolver)
        try:
            yield vendor, client
        finally:
            await client.close()


def edge(client: VendorClient) -> Opnsense:
    firewall = Firewall("edge", "opnsense", ("office", "servers"), "", client.origin, "", ("wan",))
    return Opnsense(
        harbor([flow("a", way("office", "servers", "ssh"))]), firewall, "2026-11-27", Filter(client, "k", "s")
    )


@pytest.mark.parametrize("answer", [None, [], {"filter": 7}, {"filter": {"rules": {"rule": {"u": 7}}}}, {"rows": [7]}])
async def test_opnsense_that_answers_no_rules_is_an_error(answer: Any) -> None:
    async with answering(get=answer) as (_, client):
        with pytest.raises(LimenError):
            await edge(client).read()


async def test_an_id_that_leads_elsewhere_is_not_asked_for() -> None:
    async with answering(get={}, post={"result": "saved"}) as (vendor, client):
        for uuid in ("../../core/firmware/poweroff", "", "a/b", "x" * 99, "é"):
            with pytest.raises(VendorError):
                await edge(client).call(Call("delRule", {"uuid": uuid}))
            with pytest.raises(VendorError):
                await UnifiNetwork(client, "k", "site").delete_policy(uuid)
        assert vendor.asked == []


async def test_a_firewall_that_keeps_nothing_is_given_up() -> None:
    empty = {"filter": {"rules": {"rule": []}}}
    async with answering(get=empty, post={"result": "saved", "status": "ok"}) as (vendor, client):
        with pytest.raises(LimenError):
            await put(edge(client))
        assert sum(one.endswith("/get") for one in vendor.asked) == MOST_ROUNDS


async def test_what_it_answers_is_in_no_message() -> None:
    async with answering(get={"filter": "\x1b[2J secret"}, post={"result": "\x1b[2J secret"}) as (_, client):
        for asked in (edge(client).read(), edge(client).call(Call("addRule", {"rule": {}}))):
            with pytest.raises(LimenError) as refused:
                await asked
            assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "page",
    [
        {"data": [{"id": "a"}], "totalCount": 1},
        {"data": [{"id": "a", "name": "x", "source": 7, "destination": {}, "metadata": {}}], "totalCount": 1},
        {"data": [], "totalCount": 5},
        {"data": {}, "totalCount": 0},
        {"data": [], "totalCount": "0"},
    ],
)
async def test_unifi_that_answers_no_policies_is_an_error(page: Any) -> None:
    async with answering(get=page) as (_, client):
        with pytest.raises(VendorError):
            await UnifiNetwork(client, "k", "site").policies()


GROUP = {"name": "limen-web", "etag": "1", "properties": {"securityRules": []}}


def with_rule(**rule: Any) -> dict[str, Any]:
    return {**GROUP, "properties": {"securityRules": [rule]}}


@pytest.mark.parametrize(
    "group",
    [
        7,
        {"name": 7},
        {"name": "limen-web"},
        {**GROUP, "properties": []},
        {**GROUP, "properties": {"securityRules": 7}},
        {**GROUP, "properties": {"securityRules": [7]}},
        with_rule(name="x"),
        with_rule(name="x", properties={"direction": "Inbound", "access": "Allow", "protocol": "*", "priority": "1"}),
        with_rule(properties={"direction": "Inbound", "access": "Allow", "protocol": "*", "priority": 1}),
        with_rule(name="x", properties={"direction": ["Inbound"], "access": {}, "protocol": 6, "priority": 1}),
    ],
)
async def test_azure_that_answers_no_groups_is_an_error(group: Any) -> None:
    async with answering(get={"value": [group], "properties": {"subnets": []}}) as (_, client):
        with pytest.raises(LimenError):
            await AzureNetwork(cloud("azure"), SecurityGroups(client, AZURE)).read()


@pytest.mark.parametrize("subnet", [7, {}, {"name": "x", "properties": {"addressPrefix": "everything"}}])
async def test_subnets_of_azure_that_are_none_are_an_error(subnet: Any) -> None:
    async with answering(get={"value": [GROUP], "properties": {"subnets": [subnet]}}) as (_, client):
        gear = AzureNetwork(cloud("azure"), SecurityGroups(client, AZURE))
        with pytest.raises(LimenError):
            gear.unguarded(await gear.read())


@pytest.mark.parametrize(
    "rule",
    [
        7,
        {"name": "limen-x"},
        {"name": "limen-x", "direction": "INGRESS", "priority": "1"},
        {"name": 7, "direction": "INGRESS", "priority": 1},
        {"name": "limen-x", "direction": "INGRESS", "priority": 1, "logConfig": 7},
        {"name": "limen-x", "direction": "INGRESS", "priority": 1, "allowed": [7], "targetTags": ["limen-web"]},
    ],
)
async def test_google_cloud_that_answers_no_rules_is_an_error(rule: Any) -> None:
    there = {**rule, "network": f"https://x/{GCP}"} if isinstance(rule, dict) else rule
    async with answering(get={"items": [there]}) as (_, client):
        gear = GcpNetwork(cloud("gcp"), FirewallRules(client, GCP))
        with pytest.raises(LimenError):
            gear.next_calls(await gear.read())


async def test_an_operation_that_leads_elsewhere_or_never_ends_is_given_up() -> None:
    for name in ("../../instances", "", "a b", "x" * 201):
        async with answering(get={"items": []}, post={"name": name, "status": "RUNNING"}) as (vendor, client):
            with pytest.raises(VendorError):
                await FirewallRules(client, GCP).insert({"name": "limen-x"})
            assert not [one for one in vendor.asked if "instances" in one]


@pytest.mark.parametrize("kind", ["azure", "gcp"])
def test_a_key_in_json_that_is_none_is_refused_without_a_word_of_it(kind: str) -> None:
    for text in ("{", "[]", '{"tenant": 7}', '{"tenant": "a\\nb", "appId": "x", "password": "hunter2"}', "{" * 9_999):
        with pytest.raises(LimenError) as refused:
            key_of(kind, text)
        assert "hunter2" not in str(refused.value)


def test_what_is_not_understood_is_open_where_it_lets_through_and_nothing_where_it_denies() -> None:
    rule = {"interface": "lan", "sequence": "1", "protocol": "TCP"}
    for odd in (
        {"source_net": "alias_of_theirs"},
        {"destination_port": "port_alias"},
        {"protocol": "carp"},
        {"schedule": "night"},
        {"interface": "staff", "gateway": "x"},
    ):
        for action, is_open in (("pass", True), ("block", False)):
            open_ = {"interface": "lan", "sequence": "2", "action": "pass", "description": "after"}
            reading = read_opnsense({"rows": [{**rule, **odd, "action": action}, open_]})
            found = reading.ruleset.decides(FROM_OFFICE)
            assert found is not None
            assert (found.id == "after") is not is_open, odd
            assert reading.not_understood


def test_policies_of_unifi_with_conditions_are_read_the_same_way() -> None:
    zones = [{"id": "a", "name": "lan"}, {"id": "b", "name": "other"}]
    plain = {"name": "after", "action": {"type": "ALLOW"}, "source": {"zoneId": "a"}, "destination": {"zoneId": "b"}}
    for odd in (
        {"schedule": {"mode": "CUSTOM"}},
        {"ipProtocolScope": {"protocolFilter": {"type": "NAMED_PROTOCOL", "protocol": {"name": "OSPF"}}}},
        {"source": {"zoneId": "a", "trafficFilter": {"macAddressFilter": {"macAddresses": ["x"]}}}},
        {"source": {"zoneId": "a", "trafficFilter": {"ipAddressFilter": {"trafficMatchingListId": "x"}}}},
        {"destination": {"zoneId": "b", "trafficFilter": {"portFilter": {"items": [{"value": "22"}]}}}},
    ):
        for action, is_open in (("ALLOW", True), ("BLOCK", False)):
            first = {**plain, "name": "first", **odd, "action": {"type": action}}
            reading = read_unifi({"zones": zones, "policies": [first, plain]})
            found = reading.ruleset.decides(FROM_OFFICE)
            assert found is not None
            assert (found.id == "first") is is_open, odd
            assert reading.not_understood


def test_too_many_rules_are_refused() -> None:
    with pytest.raises(UnreadableError):
        read_opnsense({"rows": [{}] * (MOST_RULES + 1)})


def test_a_name_leads_to_no_other_file_and_nobody_else_reads_what_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "firewalls"
    for name in ("../limen", "a/b", "", "A", "x" * 41):
        with pytest.raises(LimenError):
            keep(folder, name, Kept("aws", "vpc-1", TRIAL, {}))
    outside = tmp_path / "outside"
    outside.write_text("untouched")
    folder.mkdir(exist_ok=True)
    (folder / "edge.new").symlink_to(outside)
    keep(folder, "edge", Kept("aws", "vpc-1", TRIAL, {}))
    assert outside.read_text() == "untouched"
    assert (folder / "edge.json").stat().st_mode & 0o077 == 0
    (folder / "edge.json").write_text('{"kind": 7')
    with pytest.raises(LimenError):
        kept(folder, "edge")


@pytest.mark.parametrize("text", ["", "key = k", "key = k\nsecret =", "key = k\nsecret = s\x07", "key = k\nsecret = é"])
def test_a_file_that_holds_no_key_is_refused_without_a_word_of_it(text: str) -> None:
    with pytest.raises(LimenError) as refused:
        key_of("opnsense", text + "\nother = hunter2")
    assert "hunter2" not in str(refused.value)
