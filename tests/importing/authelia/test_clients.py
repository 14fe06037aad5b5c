from __future__ import annotations

from tests.importing.harbor import imported, made

from limen.importing.authelia.clients import read_clients
from limen.importing.report import Effect, Report


def test_clients_of_harbor_keep_what_limen_takes() -> None:
    apps = {one.key: one for one in imported("authelia").system.apps}
    expenses = apps["client:expenses"].oidc
    assert expenses is not None
    assert (expenses.needs_pkce, expenses.asks_consent, expenses.is_public) == (True, False, False)
    figures = apps["client:Grafana_2"].oidc
    assert figures is not None
    assert (figures.redirect_uris, figures.is_public) == (("https://figures.harbor.example/login/generic_oauth",), True)
    done = made(imported("authelia"))
    assert (done.apps["client:expenses"], done.apps["client:Grafana_2"]) == ("expenses", "grafana-2")


def test_the_older_names_of_keys_are_read_and_no_way_back_is_no_app() -> None:
    clients = [
        {"id": "wiki", "description": "Wiki", "secret": "x", "redirect_uris": ["https://wiki.harbor.example/back"]},
        {"id": "lost", "redirect_uris": ["http://lost.harbor.example/back"]},
        {"client_name": "Nobody"},
        "nothing",
    ]
    body = {"identity_providers": {"oidc": {"clients": clients}}}
    report = Report()
    apps = read_clients(body, ("c",), report, {})
    assert [(one.key, one.name) for one in apps] == [("client:wiki", "Wiki")]
    stricter = [one.path[-1] for one in report.account({"c": body}).items if one.effect is Effect.STRICTER]
    assert stricter[0] == 1
    assert 2 in stricter
