"""What apps are told of Limen, read by a client that we did not write."""

from __future__ import annotations

from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from tests.sso.saml.certificates import key_pair

from limen.sso.saml import names
from limen.sso.saml.keys import SamlKey, SamlKeys
from limen.sso.saml.metadata import metadata

ONE, TWO = key_pair("one"), key_pair("two")


def test_python3_saml_finds_everything_in_it() -> None:
    keys = SamlKeys([SamlKey("b", 0, 90, TWO.pem, ""), SamlKey("a", 0, 0, ONE.pem, "")])
    document = metadata(
        "https://limen.example/saml/metadata", "https://limen.example/in", "https://limen.example/out", keys
    )
    found = OneLogin_Saml2_IdPMetadataParser.parse(document, required_sso_binding=names.REDIRECT)["idp"]
    assert found["entityId"] == "https://limen.example/saml/metadata"
    assert found["singleSignOnService"] == {"url": "https://limen.example/in", "binding": names.REDIRECT}
    assert found["singleLogoutService"]["url"] == "https://limen.example/out"
    assert found["x509certMulti"]["signing"] == [TWO.bare, ONE.bare]
