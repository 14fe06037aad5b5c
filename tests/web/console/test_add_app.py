"""An app is added from its address: what answers is said, and the change goes the way of every change."""

import asyncio
from html import unescape

import msgspec
from tests.sso.issuer import issuer_at_work
from tests.sso.saml.test_sp_metadata import of_python3_saml
from tests.sso.test_published_metadata import says
from tests.web.console.conftest import Console
from tests.web.console.test_changes import begun, published

from limen.clock import DAY, HOUR
from limen.facts.service_provider import AssertionConsumer, ServiceProvider


async def test_an_app_goes_from_its_address_to_being_in_force(console: Console) -> None:
    async def answering(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nx-jenkins: 2.4\r\nconnection: close\r\n\r\n<title>secret of mine</title>..")
        writer.close()

    server = await asyncio.start_server(answering, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    assert "Check the address" in (await console.ada.get("/console/add-app")).text
    found = await console.ada.post("/console/add-app/look", id="ci", url=url)
    server.close()
    assert "<strong>Jenkins</strong>" in found.text
    assert "secret of mine" not in found.text
    asked = {"id": "ci", "url": url, "kind": "Jenkins", "name": "Builds", "label": "internal", "groups": "engineering"}
    change = await begun(console, "/console/add-app", **asked, onboarding="1")
    assert "is in onboarding until" in (await console.ada.get(change)).text
    await published(console, change, "The builds move in")
    app = console.house.limen.known.apps["ci"]
    assert app.is_onboarding(console.house.limen.clock.now() + 13 * DAY)
    assert "ci-for-engineering" in {one.id for one in console.house.limen.in_force.engine.policies}


async def test_what_is_wrong_is_said_and_nothing_is_looked_at_without_a_fresh_proof(console: Console) -> None:
    await console.ada.get("/console/add-app")
    for url, what in (
        ("http://169.254.169.254", "not an address that an app may have"),
        ("http://10.0.0.5/wiki", "has a path"),
        ("http://127.0.0.1:9", "responds with HTTP"),
    ):
        refused = await console.ada.post("/console/add-app/look", id="ci", url=url)
        assert refused.status_code == 400
        assert what in refused.text
    await console.ada.get("/console/policies/sign-in")
    taken = await console.ada.post("/console/add-app", id="wiki", url="http://127.0.0.1:9", label="internal")
    assert "already" in taken.text
    console.house.clock.forward(HOUR - 60_000)
    turned = await console.ada.post("/console/add-app/look", id="ci", url="http://127.0.0.1:9")
    assert turned.status_code == 303
    assert turned.headers["location"].startswith("/step-up")


def before_fault(page: str) -> str:
    """The field that is marked as wrong, just before its explanation."""
    assert page.count('aria-invalid="true"') == page.count('id="fault"') == 1
    return page.partition('id="fault"')[0].rpartition("<label")[2]


async def test_a_mistake_is_explained_beside_its_field(console: Console) -> None:
    good = {"id": "ci", "url": "https://ci.harbor.example/", "protocol": "oidc", "redirect": "https://ci.example/back"}
    await console.ada.get("/console/add-app")
    for field, typed in (
        ("id", {"id": "C I"}),
        ("id", {"id": "wiki"}),
        ("url", {"url": "ci.harbor.example"}),
        ("url", {"protocol": "gateway", "url": "http://10.0.0.5/wiki"}),
        ("redirect", {"redirect": ""}),
        ("redirect", {"redirect": "http://ci.example/back"}),
        ("redirect", {"redirect": "https://ci.example/*"}),
        ("metadata_at", {"protocol": "saml"}),
        ("metadata", {"protocol": "saml", "metadata": "<a/>"}),
        ("metadata_at", {"protocol": "saml", "metadata": "<a/>", "metadata_at": "https://ci.example/"}),
        ("metadata_at", {"protocol": "saml", "metadata_at": "http://ci.example/saml"}),
        ("metadata_at", {"protocol": "saml", "metadata_at": "https://169.254.169.254/"}),
        ("metadata_at", {"protocol": "saml", "metadata_at": "https://10.0.0.5/saml"}),
        ("acs", {"protocol": "saml", "entity_id": "ci"}),
        ("acs", {"protocol": "saml", "entity_id": "ci", "acs": "http://ci.example/acs"}),
        ("entity_id", {"protocol": "saml", "entity_id": "c\ni", "acs": "https://ci.example/acs"}),
    ):
        refused = await console.ada.post("/console/add-app/look", **{**good, **typed})
        assert refused.status_code == 400, typed
        assert f'name="{field}"' in before_fault(refused.text), typed
        for name, value in {**good, **typed}.items():
            is_kept = name in {"id", "url"}
            assert not is_kept or f'value="{value}"' in refused.text, typed  # nobody types it again
    await console.ada.get("/console/policies/sign-in")
    hosted = {"id": "ci", "url": "http://127.0.0.1:9", "protocol": "gateway", "label": "internal"}
    for host in ("wiki.harbor.localhost", "ci.evil.example", "C I"):
        refused = await console.ada.post("/console/add-app", **hosted, host=host)
        assert 'name="host"' in before_fault(refused.text), host


async def test_what_belongs_to_another_protocol_does_not_count(console: Console) -> None:
    """Somebody typed a redirect address and then chose otherwise: the app they get is the one they chose."""
    typed = {"id": "ci", "url": "http://127.0.0.1:9", "redirect": "https://ci.example/back"}
    await console.ada.get("/console/policies/sign-in")
    asked = {**typed, "protocol": "gateway", "label": "internal", "groups": "engineering"}
    change = await begun(console, "/console/add-app", **asked)
    await published(console, change, "It moves in")
    app = console.house.limen.known.apps["ci"]
    assert (app.oidc, app.host) == (None, "ci.harbor.localhost")


async def test_an_app_that_signs_people_in_is_added_with_what_to_paste_there(console: Console) -> None:
    back = "https://grafana.harbor.example/login/generic_oauth"
    typed = {"id": "grafana", "url": "https://grafana.harbor.example/", "redirect": back}
    await console.ada.get("/console/add-app")
    told = (await console.ada.post("/console/add-app/look", **typed)).text
    for value in ("/.well-known/openid-configuration", "openid profile email groups", back):
        assert value in told, value
    asked = {**typed, "name": "Grafana", "label": "internal", "groups": "staff"}
    await published(console, await begun(console, "/console/add-app", **asked), "Grafana asks Limen who people are")
    app = console.house.limen.known.apps["grafana"]
    assert app.oidc is not None
    assert app.oidc.redirect_uris == (back,)
    assert (await console.ada.get("/console/apps/grafana/sign-in")).status_code == 200


def carried(page: str) -> str:
    """The registration that the second page carries on."""
    return unescape(page.partition('name="registration" value="')[2].partition('"')[0])


async def slides_added(console: Console, **given: str) -> tuple[str, ServiceProvider]:
    """The page that shows what the app says of itself, and what of it is in force in the end."""
    typed = {"id": "slides", "url": "https://slides.example/", "protocol": "saml"}
    await console.ada.get("/console/add-app")
    shown = (await console.ada.post("/console/add-app/look", **typed, **given)).text
    asked = {**typed, "registration": carried(shown), "name": "Slides", "label": "internal", "groups": "staff"}
    await published(console, await begun(console, "/console/add-app", **asked), "Slides asks Limen who people are")
    app = console.house.limen.known.apps["slides"]
    assert app.saml is not None
    return shown, app.saml


async def test_an_app_that_signs_people_in_by_saml_is_added_by_its_metadata(console: Console) -> None:
    await console.ada.get("/console/add-app")
    typed = {"id": "slides", "url": "https://slides.example/", "protocol": "saml", "metadata": "<!DOCTYPE a><a/>"}
    wrong = await console.ada.post("/console/add-app/look", **typed)
    assert 'name="metadata"' in before_fault(wrong.text)
    shown, saml = await slides_added(console, metadata=of_python3_saml().decode())
    for value in ("/saml/metadata", "/saml/sign-in", "/saml/sign-out", "https://wiki.harbor.example/acs"):
        assert value in shown, value
    assert (saml.entity_id, saml.name_id) == ("https://wiki.harbor.example/metadata", "email")
    assert (await console.ada.get("/console/apps/slides/saml")).status_code == 200


async def test_an_app_that_signs_people_in_by_saml_is_added_by_the_address_of_its_metadata(console: Console) -> None:
    """It is read once, and what was shown is kept, whatever the address says later."""
    with issuer_at_work() as there:
        there.answers["/metadata"] = says(200, of_python3_saml())
        at = f"{there.url}/metadata"
        await console.ada.get("/console/add-app")
        typed = {"id": "slides", "url": "https://slides.example/", "protocol": "saml", "metadata_at": at}
        asked = await console.ada.post("/console/add-app/look", **typed)
        assert 'name="metadata_at"' in before_fault(asked.text)
        assert 'name="anyway"' in asked.text  # it is in no public network
        assert there.asked == []
        shown, saml = await slides_added(console, metadata_at=at, anyway="1")
        assert [path for path, _, _ in there.asked] == ["/metadata"]
    assert "https://wiki.harbor.example/acs" in shown
    assert (saml.entity_id, saml.logout_url) == (
        "https://wiki.harbor.example/metadata",
        "https://wiki.harbor.example/bye",
    )


async def test_an_app_that_signs_people_in_by_saml_is_added_by_hand(console: Console) -> None:
    _, saml = await slides_added(console, entity_id="urn:slides", acs="https://slides.example/acs", name_id="email")
    assert saml == ServiceProvider(
        "urn:slides",
        (AssertionConsumer("https://slides.example/acs"),),
        name_id="email",
        attributes=(("email", "email"), ("name", "name"), ("groups", "groups")),
    )


async def test_a_carried_registration_is_checked_as_any(console: Console) -> None:
    typed = {"id": "slides", "url": "https://slides.example/", "protocol": "saml", "label": "internal"}
    await console.ada.get("/console/policies/sign-in")
    plain = ServiceProvider("urn:slides", (AssertionConsumer("http://slides.example/acs"),))
    for registration in ("", "{}", "[" * 5_000, "null", msgspec.json.encode(plain).decode()):
        refused = await console.ada.post("/console/add-app", **typed, registration=registration)
        assert refused.status_code == 400, registration
    assert "slides" not in console.house.limen.known.apps
