from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.web.console.conftest import Console

from limen.company import protocols
from limen.facts import LIMEN, ActionRule, App, Cors, PublicRoute, Upstream
from limen.facts.directory_group import DirectoryGroup
from limen.facts.network_service import NetworkService
from limen.facts.oidc_client import OidcClient
from limen.facts.radius_service import RadiusService
from limen.facts.service_provider import ServiceProvider
from limen.facts.ssh_hosts import SshHosts
from limen.web.console.apps import PROTOCOLS, Listed, fallback_of, findings_of, is_searched, routes_of

RULES = (
    ActionRule("view", frozenset({"GET"}), "/**"),
    ActionRule("administer", frozenset(), "/settings/**"),
    ActionRule("edit", frozenset({"POST", "PUT"}), "/**"),
)
WIKI = App("wiki", "Wiki", "wiki.harbor.example", Upstream("http://10.0.0.3"), rules=RULES)


async def test_every_app_is_listed_limen_among_them(console: Console) -> None:
    page = (await console.ada.get("/console/apps")).text
    for app in console.house.limen.known.apps.values():
        assert f"/console/apps/{app.id}" in page
        assert app.host in page


async def test_an_app_of_openid_connect_shows_its_address_and_what_to_paste(console: Console) -> None:
    back = "https://grafana.harbor.example/login"
    url = "https://grafana.harbor.example/"
    grafana = App("grafana", "Grafana", "", Upstream(""), url=url, oidc=OidcClient((back,)))
    console.house.limen.known.apps["grafana"] = grafana
    assert grafana.url in (await console.ada.get("/console/apps?q=grafana.harbor")).text
    assert grafana.url in (await console.ada.get("/console/find?q=Grafana")).text
    page = (await console.ada.get("/console/apps/grafana")).text
    assert all(said in page for said in (grafana.url, back, "limen client-secret grafana", 'id="oidc"'))
    assert 'id="tokens"' not in page


async def test_apps_with_public_routes_are_found(console: Console) -> None:
    page = (await console.ada.get("/console/apps?show=public")).text
    assert "/console/apps/handbook" in page
    assert "/console/apps/payroll" not in page


async def test_an_app_shows_routes_why_some_are_public_and_who_speaks_about_it(console: Console) -> None:
    page = (await console.ada.get("/console/apps/handbook")).text
    assert "Used by monitoring" in page
    assert "/console/policies/guests-read" in page
    assert "/console/policies/administrators-run-limen" not in page
    assert (await console.ada.get("/console/apps/no-such")).status_code == 404


def test_routes_go_from_public_and_strict_to_mild() -> None:
    public = PublicRoute(frozenset({"GET"}), "/healthz", "monitoring")
    app = App("w", "W", "w.example", Upstream(""), rules=RULES, public=(public,))
    said = [(route.action, route.methods, route.pattern) for route in routes_of(app)]
    assert said == [
        ("public", "GET", "/healthz"),
        ("administer", "any method", "/settings/**"),
        ("edit", "POST PUT", "/**"),
        ("view", "GET", "/**"),
    ]


def test_what_no_rule_matches_is_the_strictest_action_named() -> None:
    assert fallback_of(WIKI) == "administer"
    assert fallback_of(App("w", "W", "w.example", Upstream(""))) == "administer"
    assert fallback_of(App("w", "W", "w.example", Upstream(""), rules=RULES[:1])) == "view"


def test_what_should_not_stay_so_is_a_finding_with_its_mend() -> None:
    assert [finding.what for finding in findings_of(WIKI)] == ["Connection not encrypted"]
    loose = App("w", "W", "w.example", Upstream("https://x"), cors=Cors(frozenset({"*"})), opts_in_encoded_paths=True)
    assert [finding.what for finding in findings_of(loose)] == ["Accepts encoded paths", "Any website may call it"]
    assert all(finding.fix for finding in findings_of(loose))


async def test_apps_are_searched_and_narrowed_by_label(console: Console) -> None:
    restricted = (await console.ada.get("/console/apps?label=restricted")).text
    assert 'href="/console/apps/payroll"' in restricted
    assert 'href="/console/apps/wiki"' not in restricted
    assert 'href="/console/apps/wiki"' in (await console.ada.get("/console/apps?q=WIKI")).text
    assert "None. " in (await console.ada.get("/console/apps?q=no-such-thing")).text


def test_how_an_app_is_protected_is_told_by_its_protocol() -> None:
    asking = replace(WIKI, saml=ServiceProvider("urn:wiki", ()))
    listed = [Listed(one, (), "", "") for one in (WIKI, asking, replace(WIKI, id=LIMEN))]
    assert [one.protocol for one in listed] == ["Gateway", "SAML", ""]
    assert set(PROTOCOLS) == set(protocols.PROTOCOLS)


def test_what_is_no_page_is_listed_and_found_by_where_it_is() -> None:
    several = (
        (replace(WIKI, host="", ssh=SshHosts(("db1.harbor.example", "db2.harbor.example"))), "db2"),
        (replace(WIKI, host="", radius=RadiusService("vpn", ("10.0.0.7",))), "10.0.0.7"),
        (replace(WIKI, host="", group=DirectoryGroup("office", "cn=domain-admins")), "CN=domain"),
        (WIKI, "wiki.harbor"),
    )
    for app, named in several:
        assert is_searched(Listed(app, (), "", ""), named), named
        assert not is_searched(Listed(app, (), "", ""), "db9")


async def test_what_is_no_page_shows_what_asks_about_it_and_nothing_to_open(console: Console) -> None:
    wifi, people = RadiusService("wifi", ("10.0.0.5",), openvpn=True), RadiusService("vpn", ("10.0.0.5",), openvpn=True)
    several: tuple[tuple[dict[str, Any], str, tuple[str, ...]], ...] = (
        ({"ssh": SshHosts(("db1.harbor.example",), ("deploy",))}, "ssh", ("db1.harbor.example", "deploy")),
        ({"radius": RadiusService("gear", ("10.0.0.7",))}, "radius", ("10.0.0.7", "limen radius secret 10.0.0.7")),
        ({"radius": wifi}, "radius", ("limen radius openvpn 10.0.0.5<",)),
        ({"radius": people}, "radius", ("limen radius openvpn 10.0.0.5 --people<",)),
        ({"network": NetworkService(("fileserver",), ("smb",))}, "network", ("fileserver", "smb")),
        ({"group": DirectoryGroup("office", "cn=domain-admins")}, "group", ("office", "cn=domain-admins")),
    )
    rules = (ActionRule("connect", frozenset({"GET"}), "/**"),)
    for more, section, shown in several:
        console.house.limen.known.apps["no-page"] = App("no-page", "No page", "", Upstream(""), rules=rules, **more)
        page = (await console.ada.get("/console/apps/no-page")).text
        assert f'id="{section}"' in page
        assert [word for word in shown if word not in page] == []
        assert 'class="routes"' not in page
        assert 'href=""' not in page


async def test_the_list_shows_the_protocol(console: Console) -> None:
    assert "Gateway" in (await console.ada.get("/console/apps")).text


async def test_both_legs_are_shown_once_they_were_measured(console: Console) -> None:
    app = next(one for one in console.house.limen.known.apps.values() if one.host and one.upstream.url)
    page = (await console.ada.get(f"/console/apps/{app.id}")).text
    assert 'id="transit"' in page
    assert "127.0.0.1" not in page.partition('id="transit"')[2].partition("</section>")[0]
    await console.ada.get("/console/doctor")
    await console.ada.post("/console/doctor")
    shown = (await console.ada.get(f"/console/apps/{app.id}")).text
    card = shown.partition('id="transit"')[2].partition("</section>")[0]
    assert "<li>" in card
    assert app.name in card
    assert 'id="transit"' not in (await console.ada.get("/console/apps/limen")).text


def test_a_stated_reason_is_shown_in_place_of_the_advice() -> None:
    (found,) = findings_of(replace(WIKI, upstream=Upstream("http://10.0.0.3", plain_text_why="one machine")))
    assert found.fix == "one machine"
