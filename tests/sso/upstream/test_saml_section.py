"""`saml:` of an issuer in `sign-in.yaml`."""

from __future__ import annotations

import pytest
from tests.sso.saml.certificates import key_pair
from tests.sso.upstream.test_sign_in_file import GOOD, read_text

from limen.facts import SamlIssuer
from limen.sso.upstream.saml_section import section_text
from limen.sso.upstream.sign_in_file import changes

KEYS = key_pair("works")
SAML = GOOD.replace("    client_id: limen\n", "    protocol: saml\n")
BY_ADDRESS = SAML + "    saml: {metadata: https://idp.example/metadata}\n"
BY_HAND = SAML + f"    saml: {{sign_in_url: 'https://idp.example/sso?x=1', certificates: ['{KEYS.bare}']}}\n"


def the_saml(text: str) -> SamlIssuer:
    file, problems = read_text(text)
    assert file is not None, problems
    saml = file.issuers[0].saml
    assert saml is not None
    return saml


def test_as_it_is_written() -> None:
    assert the_saml(BY_ADDRESS) == SamlIssuer(metadata_url="https://idp.example/metadata")
    assert the_saml(BY_HAND) == SamlIssuer(sign_in_url="https://idp.example/sso?x=1", certificates=(KEYS.bare,))
    named = BY_ADDRESS.replace("}\n", ", name_id: email, email: mail, display_name: cn}\n")
    assert the_saml(named) == SamlIssuer("https://idp.example/metadata", name_format="email", email="mail", name="cn")
    assert the_saml(BY_ADDRESS.replace("}\n", ", encrypted: true}\n")).may_encrypt
    urn = BY_ADDRESS.replace("issuer: https://idp.example/realm", "issuer: urn:example:idp")
    assert the_saml(urn).metadata_url == "https://idp.example/metadata"


def test_what_is_written_of_a_file_reads_the_same() -> None:
    saml = SamlIssuer(
        "", "https://idp.example/sso", "https://idp.example/slo", "https://idp.example/o", (KEYS.bare,), "email"
    )
    assert the_saml(SAML + section_text(saml)) == saml


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (SAML, 5),
        (GOOD + "    saml: {metadata: https://idp.example/metadata}\n", 7),
        (BY_ADDRESS + "    client_id: limen\n", 8),
        (BY_ADDRESS + "    authentication: private_key_jwt\n", 8),
        (BY_ADDRESS.replace("https://idp.example/realm", "'a b'"), 4),
        (BY_ADDRESS.replace("https://idp.example/metadata", "http://idp.example/metadata"), 7),
        (BY_ADDRESS.replace("https://idp.example/metadata", "https://169.254.169.254/"), 7),
        (BY_ADDRESS.replace("}\n", ", sign_in_url: https://idp.example/sso}\n"), 7),
        (BY_ADDRESS.replace("}\n", ", name_id: transient}\n"), 7),
        (BY_ADDRESS.replace("}\n", ', email: "a\\u001b"}\n'), 7),
        (BY_HAND.replace("https://idp.example/sso?x=1", "javascript:alert(1)"), 7),
        (BY_HAND.replace(KEYS.bare, "AAAA"), 7),
        (SAML + "    saml: {sign_in_url: https://idp.example/sso}\n", 7),
        (SAML + "    saml: {}\n", 7),
        (BY_ADDRESS + "    accounts: created\n", 8),
        (BY_ADDRESS + "    strength:\n      - {amr: [mfa], is: 2}\n", 9),
        (
            BY_ADDRESS + "    strength:\n      - {acr: ['urn:oasis:names:tc:SAML:2.0:ac:classes:Password'], is: 2}\n",
            9,
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_line(text: str, line: int) -> None:
    found, problems = read_text(text)
    assert found is None
    assert line in [problem.line for problem in problems], problems


def test_what_changes_is_said() -> None:
    old = read_text(BY_ADDRESS)[0]
    for text, count in (
        (BY_ADDRESS, 0),
        (BY_ADDRESS.replace("}\n", ", name_id: email}\n"), 1),
        (BY_ADDRESS.replace("}\n", ", email: mail}\n"), 1),
        (BY_ADDRESS.replace("}\n", ", encrypted: true}\n"), 1),
        (BY_HAND, 1),
        (GOOD, 2),
    ):
        new = read_text(text)[0]
        assert len(list(changes(old, new))) == count, text
