"""Two Limens over real HTTP: people of the first one, Harbor, sign in with an account at the second one, the Works."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.journeys.conftest import Harbor, serve
from tests.ports import free_ports

from limen.sso.oidc.provider import Provider
from limen.sso.upstream import store

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
    """`harbor` is where people work, `works` where they have their account. `stop_works` takes it away."""

    harbor: Harbor
    works: Harbor
    stop_works: Callable[[], None]


@contextmanager
def two_limens(folder: Path, upstream: int) -> Iterator[TwoLimens]:
    harbor_port, works_port = free_ports(2)
    back = f"http://limen.harbor.localhost:{harbor_port}"

    def of_the_works(company: Path) -> None:
        for name in ("limen.toml", "apps.yaml"):
            text = (company / name).read_text("utf-8").replace("harbor.localhost", "works.localhost")
            (company / name).write_text(text.replace('name = "Harbor"', 'name = "Works"'), "utf-8")
        apps = company / "apps.yaml"
        entry = f"""
- id: {CLIENT}
  protocol: oidc
  name: Harbor
  label: internal
  url: {back}/
  oidc:
    redirect_uris: ["{back}/sign-in/with/works/back"]
    post_logout_uris: ["{back}/signed-out"]
    backchannel_logout_uri: {back}/sign-in/signed-out-elsewhere
"""
        apps.write_text(apps.read_text("utf-8").rstrip() + "\n" + entry, "utf-8")
        (company / "policies" / "65-sso.cedar").write_text(POLICY, "utf-8")

    def of_harbor(company: Path) -> None:
        (company / "sign-in.yaml").write_text(
            f"""issuers:
  - id: works
    name: Works
    issuer: http://limen.works.localhost:{works_port}
    client_id: {CLIENT}
    domains: [harbor.example]
    accounts: created
    groups: [staff]
""",
            "utf-8",
        )

    works, stop_works = serve(folder / "works", works_port, upstream, write=of_the_works)
    secret = works.run(works.limen.core.offers.take(Provider).new_secret(CLIENT, "", 0))
    harbor, stop_harbor = serve(folder / "harbor", harbor_port, upstream, write=of_harbor)
    core = harbor.limen.core
    url = next(iter(harbor.limen.known.issuers.values())).url
    core.database.write(lambda t: store.keep_secret(t.connection, core.keyring, url, secret, core.clock.now()))
    yield TwoLimens(harbor, works, stop_works)
    stop_harbor()
    stop_works()
