"""`limen issuer-secret`: the secret by which Limen proves itself to an upstream issuer, typed or piped, never shown."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from limen.cli.open_company import opened
from limen.cli.options import LastFolder, refuse_unknown
from limen.cli.typed_secret import typed_secret
from limen.clock import SystemClock
from limen.company.load import load_company
from limen.company.publish import SERVER
from limen.errors import LimenError
from limen.events import Event
from limen.sso.upstream import store
from limen.sso.upstream.oidc_upstream import return_address
from limen.sso.upstream.sign_in_file import FILE, SignInFile
from limen.storage import Transaction


def run(
    issuer: Annotated[str, typer.Argument(metavar="ISSUER", help="The sign-in service, by its ID in sign-in.yaml")],
    folder: LastFolder = Path(),
) -> None:
    """Store Limen's client secret at an upstream sign-in service. It is read from the terminal or standard input."""
    file: SignInFile = load_company(folder).parts.get(FILE) or SignInFile()
    known = {one.id: one for one in file.issuers}
    refuse_unknown("sign-in service", [issuer], known)
    chosen, now = known[issuer], SystemClock().now()
    if not chosen.needs_secret:
        fix = "write `authentication: secret` if it takes one" if chosen.saml is None else "nothing is to be done"
        raise LimenError(f"{issuer} takes signatures and no secret", fix)
    secret = typed_secret("Client secret")

    with opened(folder, may_make=True) as here:
        keyring = here.keyring()

        def work(transaction: Transaction) -> None:
            store.keep_secret(transaction.connection, keyring, chosen.url, secret, now)
            transaction.say(Event(at=now, kind="sso.upstream_secret_kept", actor=SERVER, details={"issuer": chosen.id}))

        here.database.write(work)
        origin = here.settings.public_url
    print(f"Stored. Register these at {chosen.name}, if they aren't yet:\n")
    print(f"  redirect URI             {return_address(origin, chosen)}")
    print(f"  after signing out        {origin}/signed-out")
    print(f"  back-channel logout URI  {origin}/sign-in/signed-out-elsewhere")
