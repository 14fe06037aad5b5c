"""`limen client-secret`: the secret by which an app that signs people in by OpenID Connect proves itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from limen.cli.open_company import opened
from limen.cli.options import LastFolder, refuse_unknown
from limen.clock import HOUR, SystemClock
from limen.company.load import load_company
from limen.company.publish import SERVER
from limen.errors import LimenError
from limen.events import Event
from limen.opaque import hash_of, new_token
from limen.sso.oidc import store
from limen.storage import Transaction


def run(
    app: Annotated[str, typer.Argument(metavar="APP", help="The app, by its ID in apps.yaml")],
    folder: LastFolder = Path(),
    *,
    overlap_hours: Annotated[
        int, typer.Option(min=0, max=720, help="How many hours the app's existing secrets stay valid")
    ] = 24,
) -> None:
    """Create a secret for an app. It is shown once; a running server accepts it at once."""
    company, now = load_company(folder), SystemClock().now()
    clients = {one.id: one.oidc for one in company.apps if one.oidc}
    refuse_unknown("app with `protocol: oidc`", [app], clients)
    client = clients[app]
    if client.is_public:
        raise LimenError(
            f"{app} is a public client, which has no secret", "write `client: confidential` if the app can keep one"
        )
    if not client.has_secret:
        raise LimenError(f"{app} proves itself by the keys in apps.yaml", "remove `keys` if it can't use them")
    secret = new_token()

    def work(transaction: Transaction) -> None:
        until = now + max(overlap_hours * HOUR, 1)
        store.add_secret(transaction.connection, app, hash_of(secret), now, until)
        transaction.say(Event(at=now, kind="sso.secret_made", actor=SERVER, details={"app": app}))

    with opened(folder, may_make=True) as here:
        here.database.write(work)
        issuer = here.settings.public_url
    print(f"Paste these into {app}. The secret is shown only once and is not stored:\n")
    print(f"  issuer         {issuer}")
    print(f"  discovery      {issuer}/.well-known/openid-configuration")
    print(f"  client ID      {app}")
    print(f"  client secret  {secret}")
    print(f"  scopes         {' '.join(client.scopes)}")
    print("  PKCE           S256, always")
    for uri in client.redirect_uris:
        print(f"  redirect URI   {uri}")
