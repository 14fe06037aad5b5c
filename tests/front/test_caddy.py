from __future__ import annotations

from pathlib import Path

from limen.front.caddy import configuration, host_name
from limen.front.places import Places
from limen.settings import Settings

PLACES = Places(Path("/srv/limen/front"))


def of(**https: object) -> dict:
    settings = {"name": "Harbor {env.HOME}", "domain": "harbor-staff.eu", "https": https}
    return configuration(Settings.model_validate(settings), ["Wiki.harbor-staff.eu"], PLACES)


def test_the_admin_door_is_a_socket_of_this_user_alone() -> None:
    config = of(mode="acme")
    assert config["admin"]["listen"] == "unix//srv/limen/front/admin.sock|0600"
    assert config["apps"]["http"]["servers"]["https"]["strict_sni_host"] is True


def test_only_our_hosts_go_on_and_claims_of_proxies_are_taken_away() -> None:
    route, nobody = of(mode="acme")["apps"]["http"]["servers"]["https"]["routes"]
    assert route["match"] == [{"host": ["limen.harbor-staff.eu", "wiki.harbor-staff.eu"]}]
    assert "X-Forwarded-*" in route["handle"][0]["request"]["delete"]
    (limen,) = route["handle"][-1]["upstreams"]
    assert limen["dial"] == "unix//srv/limen/front/limen.sock"
    assert nobody["handle"][0]["status_code"] == "421"


def test_each_mode_gets_its_certificates_its_own_way() -> None:
    issuer = of(mode="acme", acme_server="https://ca.lan/d", email="it@h.eu", http_port=0)["apps"]["tls"]["automation"]
    assert issuer["policies"][0]["issuers"][0]["ca"] == "https://ca.lan/d"
    assert issuer["policies"][0]["issuers"][0]["challenges"]["http"] == {"disabled": True}
    files = of(mode="files", certificate="/a", key="/b")["apps"]
    assert files["tls"]["certificates"]["load_files"][0]["key"] == "/srv/limen/front/key.pem"
    assert files["http"]["servers"]["https"]["automatic_https"]["disable_certificates"] is True
    assert of(mode="internal")["apps"]["pki"]["certificate_authorities"]["local"]["install_trust"] is False


def test_nothing_in_a_name_is_filled_in_by_caddy() -> None:
    page = of(mode="acme")["apps"]["http"]["servers"]["https"]["errors"]["routes"][1]["handle"][0]
    assert "Harbor \\{env.HOME}" in page["body"]
    assert page["status_code"] == "503"


def test_the_host_has_no_port() -> None:
    assert host_name(Settings(name="H", domain="h.eu", url="https://Limen.h.eu:8443")) == "limen.h.eu"


def test_plain_http_leads_to_the_port_that_browsers_know_not_to_where_a_router_forwards_it() -> None:
    onward = of(mode="acme", port=8443, http_port=8880)["apps"]["http"]["servers"]["http"]["routes"][0]["handle"][0]
    assert onward["headers"]["Location"] == ["https://{http.request.host}{http.request.uri}"]


def test_a_certificate_is_asked_for_on_its_domain_alone_and_never_taken_from_a_client() -> None:
    settings = {"name": "Harbor", "domain": "harbor-staff.eu", "https": {"mode": "acme"}}
    settings |= {"listen": {"certificate_domain": "device.harbor-staff.eu"}}
    hosts = ["wiki.harbor-staff.eu", "payroll.device.harbor-staff.eu"]
    server = configuration(Settings.model_validate(settings), hosts, PLACES)["apps"]["http"]["servers"]["https"]
    asking, other = server["tls_connection_policies"]
    assert asking["match"] == {"sni": ["device.harbor-staff.eu", "payroll.device.harbor-staff.eu"]}
    assert asking["client_authentication"]["mode"] == "verify_if_given"
    assert "client_authentication" not in other
    with_one, without, _ = server["routes"]
    assert with_one["match"] == [{"host": asking["match"]["sni"]}]
    for route, is_said in ((with_one, True), (without, False)):
        assert "X-Limen-Certificate" in route["handle"][0]["request"]["delete"]
        assert ("X-Limen-Certificate" in route["handle"][1]["request"]["set"]) is is_said
