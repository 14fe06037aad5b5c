"""Registrations of another system's clients, held to what Limen takes. What it refuses is left out, by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import ValidationError

from limen.company.app_addresses import where_complaint
from limen.company.oidc_section import OidcSection, complaints
from limen.importing.entries import oidc_values
from limen.importing.model import OidcRegistration

NOWHERE: Final = "https://app.invalid/"
"""Where an app is that has no address of its own, such as a program on a laptop: no browser gets there (RFC 2606)."""
_ADDRESSES: Final = ("redirect_uris", "post_logout_uris")


def fit_oidc(client: OidcRegistration) -> tuple[OidcRegistration | None, list[tuple[str, str, str]]]:
    """The registration without the addresses that Limen refuses, each with its field and why; None where it can't be
    one without them.
    """
    refused: list[tuple[str, str, str]] = []
    while True:
        wrong = list(_wrong(client))
        if not wrong:
            return client, refused
        at, what = wrong[0]
        field = str(at[0]) if at else ""
        values: tuple[str, ...] = getattr(client, field, ()) if field in _ADDRESSES else ()
        if len(at) == 2 and isinstance(at[1], int) and at[1] < len(values):
            refused.append((field, values[at[1]], what))
            left: dict[str, Any] = {field: values[: at[1]] + values[at[1] + 1 :]}
            client = replace(client, **left)
        elif field == "backchannel_logout_uri" and client.backchannel_logout_uri:
            refused.append((field, client.backchannel_logout_uri, what))
            client = replace(client, backchannel_logout_uri="")
        else:
            return None, [*refused, (field, "", what)]


def opened_at(*said: str, returns_to: tuple[str, ...]) -> str:
    """Where people open an app: the first of these addresses that can be one, else the site that they return to."""
    fit = (one for one in said if one and where_complaint(one) is None)
    return next(fit, "") or address_of(returns_to) or NOWHERE


def address_of(uris: tuple[str, ...]) -> str:
    """The site that people return to at these addresses; "" where no address says it."""
    for uri in uris:
        parts = urlsplit(uri)
        if parts.scheme in {"https", "http"} and parts.netloc:
            return f"{parts.scheme}://{parts.netloc}/"
    return ""


def _wrong(client: OidcRegistration) -> Iterator[tuple[tuple[Any, ...], str]]:
    try:
        section = OidcSection.model_validate(oidc_values(client))
    except ValidationError as error:
        yield from ((one["loc"], one["msg"]) for one in error.errors(include_input=False, include_url=False))
        return
    yield from ((at, what) for at, what, _ in complaints(section))
