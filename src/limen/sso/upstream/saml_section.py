"""`saml:` of an issuer in `sign-in.yaml`: where its metadata are, or what they say; written from a file, too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from limen.configuration.certificates import bare, certificate_complaint
from limen.configuration.problem import Complaint, shown
from limen.facts import SamlIssuer
from limen.printable import is_printable
from limen.sso.upstream.addresses import address_complaint

MOST_CERTIFICATES: Final = 8
LONGEST_NAME: Final = 200
_ADDRESSES: Final = ("metadata", "sign_in_url", "sign_out_url", "sign_out_answer_url")
_FROM_METADATA: Final = (*_ADDRESSES[1:], "certificates")


class SamlSection(BaseModel):
    """How an issuer signs people in by SAML 2.0. `limen issuer-metadata` writes it from a file of metadata."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    metadata: str = ""
    """Where its metadata are. Its addresses and certificates are read there, and follow when they change."""
    sign_in_url: str = ""
    """Where people are sent to sign in (`SingleSignOnService`, HTTP-Redirect); without `metadata` alone."""
    sign_out_url: str = ""
    """Where they are sent to sign out there (`SingleLogoutService`, HTTP-Redirect); without `metadata` alone."""
    sign_out_answer_url: str = ""
    """Where they go back to after a sign-out that began there (`ResponseLocation`), where that is another address."""
    certificates: Annotated[list[str], Field(max_length=MOST_CERTIFICATES)] = []
    """The certificates that it signs with: PEM, or its base64 alone. Two while it changes from one to the other."""
    name_id: Literal["persistent", "email", "unspecified"] = "persistent"
    """The format of the names by which it tells people apart. Linked accounts hang on it."""
    email: Annotated[str, Field(max_length=LONGEST_NAME)] = ""
    """The attribute with an address that this issuer vouches for; needed for `accounts: created`."""
    display_name: Annotated[str, Field(max_length=LONGEST_NAME)] = ""
    """The attribute with the name of a person, for accounts that are created."""
    encrypted: bool = False
    """Whether it may encrypt assertions (AES-GCM, its key by RSA-OAEP) for a key that Limen's metadata then name. Some
    services encrypt by AES-CBC as soon as they see a key, which Limen does not read: AD FS is one."""


def saml_of(section: SamlSection) -> SamlIssuer:
    return SamlIssuer(
        metadata_url=section.metadata,
        sign_in_url=section.sign_in_url,
        sign_out_url=section.sign_out_url,
        answer_url=section.sign_out_answer_url,
        certificates=tuple(map(bare, section.certificates)),
        name_format=section.name_id,
        email=section.email,
        name=section.display_name,
        may_encrypt=section.encrypted,
    )


def section_text(saml: SamlIssuer) -> str:
    """The section, as it is written for an issuer that says this of itself."""
    written: dict[str, object] = {
        "sign_in_url": saml.sign_in_url,
        "sign_out_url": saml.sign_out_url,
        "sign_out_answer_url": saml.answer_url,
        "certificates": list(saml.certificates),
        "name_id": saml.name_format,
    }
    said = ((name, json.dumps(value, ensure_ascii=False)) for name, value in written.items() if value)
    return "    saml:\n" + "".join(f"      {name}: {value}\n" for name, value in said)


def complaints(section: SamlSection) -> Iterator[Complaint]:
    """Everything about the section that its shape does not tell."""
    for name in _ADDRESSES:
        url = getattr(section, name)
        if url and (wrong := address_complaint(url)):
            yield (name,), *wrong
    for place, certificate in enumerate(section.certificates):
        if wrong := certificate_complaint(certificate, whose="the service"):
            yield ("certificates", place), *wrong
    for name in ("email", "display_name"):
        if not is_printable(getattr(section, name)):
            yield (name,), f"{shown(getattr(section, name))} contains characters that can't be displayed", "remove them"
    twice = [name for name in _FROM_METADATA if getattr(section, name)]
    if section.metadata and twice:
        yield (twice[0],), "the metadata say this already", "remove it, or remove `metadata`"
    if not section.metadata and not (section.sign_in_url and section.certificates):
        yield (), "nothing says where and by which key it signs people in", "write `metadata`"
