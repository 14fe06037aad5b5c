"""`limen issuer-metadata`: what a SAML identity provider says of itself in a file, as its entry in `sign-in.yaml`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from limen.cli.saml_metadata import in_file
from limen.clock import SystemClock
from limen.errors import LimenError
from limen.sso.upstream.fetching import IssuerError
from limen.sso.upstream.saml_section import section_text

_WRONG = {
    "no-sign-in": "they name no address for a sign-in by HTTP-Redirect, or no certificate with a key that counts",
    "out-of-date": "they are out of date",
    "off-limits": "they name an address that Limen sends nobody to",
}


def run(file: Annotated[Path, typer.Argument(metavar="FILE", help="The metadata that the service showed")]) -> None:
    """Print the entry for sign-in.yaml of a service whose SAML metadata are in a file. Where they have an address,
    write that instead (`saml: {metadata: https://…}`): then Limen follows when they change.
    """
    from limen.sso.upstream.saml_metadata import entity_in, provider_in

    document = in_file(file, "the service")
    try:
        entity = entity_in(document)
        saml = provider_in(document, entity, SystemClock().now())
    except IssuerError as error:
        what = _WRONG.get(error.word, "they are not those of one identity provider of SAML 2.0")
        raise LimenError(f"the metadata can't be used: {what}", "save them anew from the service") from None
    print("  - id: NAME")
    print("    name: What its button says")
    print("    protocol: saml")
    print(f"    issuer: {json.dumps(entity, ensure_ascii=False)}")
    print("    domains: []")
    print(section_text(saml), end="")
