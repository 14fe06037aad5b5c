"""What a SAML app says of itself becomes one registration, however it is given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest
from tests.sso.saml.certificates import key_pair
from tests.sso.saml.test_sp_metadata import PAIR, of_python3_saml

from limen.enforcement.resolving import Resolver
from limen.errors import LimenError
from limen.facts.service_provider import NAME_IDS, AssertionConsumer, ServiceProvider
from limen.web.console.add_app_saml import CALLED, FIELDS, FieldError, carried, read_carried, registration, shown
from limen.web.requests import MAX_VALUE

BY_HAND = {"entity_id": "urn:slides", "acs": "https://slides.example/acs", "name_id": "email"}


async def given(typed: Mapping[str, str]) -> ServiceProvider:
    return await registration(dict.fromkeys(FIELDS, "") | typed, Resolver, may_be_private=False)


async def test_pasted_and_typed_come_to_the_same_kind_of_registration() -> None:
    by_hand = await given(BY_HAND)
    assert by_hand == ServiceProvider("urn:slides", (AssertionConsumer("https://slides.example/acs"),), name_id="email")
    assert (await given({**BY_HAND, "name_id": "nonsense"})).name_id == "persistent"
    assert (await given({"metadata": of_python3_saml().decode()})).entity_id == "https://wiki.harbor.example/metadata"


async def test_a_mistake_is_told_at_the_field_that_was_filled_in() -> None:
    small = re.sub(r"(X509Certificate>)[^<]+", r"\1bm90aGluZw==", of_python3_saml().decode())
    for field, typed in (
        ("metadata_at", {}),
        ("metadata_at", {"metadata_at": "https://a.example/", "metadata": "<a/>"}),
        ("metadata_at", {"metadata_at": "file:///etc/passwd"}),
        ("metadata", {"metadata": "<a/>"}),
        ("metadata", {"metadata": small}),
        ("acs", {**BY_HAND, "acs": ""}),
        ("acs", {**BY_HAND, "acs": "https://slides.example/*"}),
        ("entity_id", {**BY_HAND, "entity_id": "a\u202eb"}),
    ):
        with pytest.raises(FieldError) as refused:
            await given(typed)
        assert (refused.value.field, refused.value.may_go_on) == (field, False), typed
        assert refused.value.fix


async def test_a_private_address_is_a_question_and_no_mistake() -> None:
    with pytest.raises(FieldError) as refused:
        await given({"metadata_at": "https://10.0.0.5/saml"})
    assert (refused.value.field, refused.value.may_go_on) == ("metadata_at", True)


async def test_what_the_page_carries_comes_back_whole() -> None:
    for provider in (await given(BY_HAND), await given({"metadata": of_python3_saml().decode()})):
        assert read_carried(carried(provider)) == provider
    long = replace(await given(BY_HAND), certificates=tuple("A" * 2_000 for _ in range(8)))
    assert len(carried(replace(long, certificates=long.certificates[:7]))) < MAX_VALUE
    with pytest.raises(FieldError):
        carried(replace(long, certificates=long.certificates * 2))
    for text in ("", "{}", "[]", "[" * 10_000, carried(long).replace('"minutes":5', '"minutes":"5"')):
        with pytest.raises(LimenError):
            read_carried(text)


async def test_everything_that_is_kept_is_shown_before() -> None:
    every = replace(
        await given({"metadata": of_python3_saml(wantAssertionsEncrypted=True).decode()}),
        logout_service="https://wiki.harbor.example/soap",
        certificates=(PAIR.bare, key_pair("other").bare),
    )
    said = dict(shown(every))
    assert said["Entity ID"] == (every.entity_id,)
    assert len(said["It signs with (SHA-256)"]) == 2
    values = {value for several in said.values() for value in several}
    assert {"https://wiki.harbor.example/acs", every.logout_url, every.logout_service, CALLED["email"]} <= values
    assert set(CALLED) == set(NAME_IDS)
