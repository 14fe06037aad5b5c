"""Two Limens over real HTTP: people of the first one, Harbor, sign in with an account at the second one, the Works."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from tests.journeys.conftest import Harbor, serve
from tests.ports import free_ports

from limen.company.saml_section import section_text
from limen.sso.oidc.provider import Provider
from limen.sso.saml.sp_metadata import provider_in
from limen.sso.upstream import store
from limen.sso.upstream.flow import Upstreams

CLIENT = "harbor"
POLICY = """
@id("staff-sign-in-at-harbor")
@title("Staff sign in at Harbor")
@reason("They work there, too.")
@phase("identity")
permit (principal in Group::"staff", action == Action::"view", resource == App::"harbor")
when { context.auth.strength >= 2 };
"""


@dataclass
class TwoLimens:
    """`harbor` is where people work, `works` where they have their account. `stop_works` takes it away. `strength` is
    what a sign-in with a passkey there is worth: by SAML an app that asks for nothing is told of two factors.
    `signs_out_at_once`: a request for a sign-out is signed, so nobody is asked there.
    """

    harbor: Harbor
    works: Harbor
    stop_works: Callable[[], None]
    strength: int
    signs_out_at_once: bool = False


@contextmanager
def two_limens(folder: Path, upstream: int) -> Iterator[TwoLimens]:
    """By OpenID Connect."""
    harbor_port, works_port = free_ports(2)
    back = f"http://limen.harbor.localhost:{harbor_port}"
    entry = f"""
  oidc:
    redirect_uris: ["{back}/sign-in/with/works/back"]
    post_logout_uris: ["{back}/signed-out"]
    backchannel_logout_uri: {back}/sign-in/signed-out-elsewhere
"""
    works, stop_works = serve(folder / "works", works_port, upstream, write=of_the_works("oidc", back, entry))
    secret = works.run(works.limen.core.offers.take(Provider).new_secret(CLIENT, "", 0))
    how = f"issuer: http://limen.works.localhost:{works_port}\n    client_id: {CLIENT}\n"
    harbor, stop_harbor = serve(folder / "harbor", harbor_port, upstream, write=of_harbor(how))
    core = harbor.limen.core
    url = next(iter(harbor.limen.known.issuers.values())).url
    core.database.write(lambda t: store.keep_secret(t.connection, core.keyring, url, secret, core.clock.now()))
    harbor.run(core.offers.take(Upstreams).look())
    yield TwoLimens(harbor, works, stop_works, 3)
    stop_harbor()
    stop_works()


@contextmanager
def two_limens_by_saml(folder: Path, upstream: int) -> Iterator[TwoLimens]:
    """By SAML: Harbor follows the metadata of the Works, which have imported those of Harbor."""
    harbor_port, works_port = free_ports(2)
    there = f"http://limen.works.localhost:{works_port}/saml/metadata"
    how = f"protocol: saml\n    issuer: {there}\n    saml: {{metadata: '{there}', email: email, display_name: name}}\n"
    harbor, stop_harbor = serve(folder / "harbor", harbor_port, upstream, write=of_harbor(how))
    metadata = requests.get(f"{harbor.origin}/sign-in/with/works/metadata", timeout=60)
    entry = f"\n{section_text(provider_in(metadata.content))}"
    written = of_the_works("saml", harbor.origin, entry)
    works, stop_works = serve(folder / "works", works_port, upstream, write=written)
    yield TwoLimens(harbor, works, stop_works, 2, signs_out_at_once=True)
    stop_harbor()
    stop_works()


def of_the_works(protocol: str, back: str, section: str) -> Callable[[Path], None]:
    """A company with Harbor as an app, which is registered by this section."""

    def write(company: Path) -> None:
        for name in ("limen.toml", "apps.yaml"):
            text = (company / name).read_text("utf-8").replace("harbor.localhost", "works.localhost")
            (company / name).write_text(text.replace('name = "Harbor"', 'name = "Works"'), "utf-8")
        apps = company / "apps.yaml"
        entry = f"""
- id: {CLIENT}
  protocol: {protocol}
  name: Harbor
  label: internal
  url: {back}/{section}"""
        apps.write_text(apps.read_text("utf-8").rstrip() + "\n" + entry, "utf-8")
        (company / "policies" / "65-sso.cedar").write_text(POLICY, "utf-8")

    return write


def of_harbor(how: str) -> Callable[[Path], None]:
    """Harbor, whose people may sign in at the Works."""

    def write(company: Path) -> None:
        (company / "sign-in.yaml").write_text(
            f"""issuers:
  - id: works
    name: Works
    {how}    domains: [harbor.example]
    accounts: created
    groups: [staff]
""",
            "utf-8",
        )

    return write
