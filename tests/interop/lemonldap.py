"""LemonLDAP::NG as the portal of another company, with its demo accounts: an OpenID Connect issuer and a SAML identity
provider, whose only client is Harbor. Its configuration, sessions and cache are in a folder of its own.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.lemonldap import in_folder
from tests.interop.fronts import program
from tests.interop.real_apps import absent, running

from limen.clock import SystemClock
from limen.sso.saml import keys

PSGI = Path("/usr/share/lemonldap-ng/portal/htdocs/index.psgi")
PARTS = ("Lasso", "Lemonldap::NG::Portal::Issuer::OpenIDConnect", "Lemonldap::NG::Portal::Password::Demo")
NAME = "auth.works.localhost"
PORTAL = """
[portal]
staticPrefix = /static
templateDir = /usr/share/lemonldap-ng/portal/templates
languages = en
"""


def is_installed() -> bool:
    """With what its two protocols need, most of which Debian only suggests."""
    if not PSGI.exists():
        return False
    loaded = [program("perl"), *(f"-M{part}" for part in PARTS), "-e", "1"]
    return subprocess.run(loaded, capture_output=True, check=False).returncode == 0


@contextmanager
def portal(folder: Path, port: int, harbor: str, secret: str, oidc: str, saml: str, metadata: str) -> Iterator[Path]:
    """The portal, running, and where it writes its log. `oidc` and `saml` are Harbor's names for it as an issuer,
    `metadata` what Harbor says of itself by SAML.
    """
    if not is_installed():
        absent("LEMONLDAP::NG IS NOT INSTALLED: signing in with an account there was not tested")
    written = configuration(f"http://{NAME}:{port}/", harbor, secret, oidc, saml, metadata)
    environ = in_folder(folder, written, level="warn", ini=PORTAL)
    command = [program("plackup"), "--host", "127.0.0.1", "--port", str(port), "-E", "deployment", str(PSGI)]
    with running(folder, command, port, [NAME, harbor.partition("//")[2].partition(":")[0]], environ) as log:
        yield log


def configuration(url: str, harbor: str, secret: str, oidc: str, saml: str, metadata: str) -> dict[str, Any]:
    now = SystemClock().now()
    key = keys.made("Works", now, now)
    back = f"{harbor}/sign-in/with"
    return {
        "cfgAuthor": "tests",
        "portal": url,
        "domain": "works.localhost",
        "key": "a key of these tests",
        "authentication": "Demo",
        "userDB": "Same",
        "passwordDB": "Null",
        "registerDB": "Null",
        "portalDisplayChangePassword": 0,
        "demoExportedVars": {"cn": "cn", "mail": "mail", "uid": "uid"},
        "macros": {"_whatToTrace": "$uid", "address": '"$uid\\@harbor.example"', "verified": "1"},
        "requireToken": 0,
        "portalCheckLogins": 0,
        "portalDisplayRegister": 0,
        "portalDisplayResetPassword": 0,
        "captcha_mail_enabled": 0,
        "captcha_register_enabled": 0,
        "locationRules": {NAME: {"default": "accept"}},
        **_by_openid_connect(key, oidc, f"{back}/{oidc}/back", harbor, secret),
        **_by_saml(key, saml, metadata),
    }


def _by_openid_connect(key: keys.SamlKey, name: str, back: str, harbor: str, secret: str) -> dict[str, Any]:
    return {
        "issuerDBOpenIDConnectActivation": 1,
        "oidcServicePrivateKeySig": key.private,
        "oidcServicePublicKeySig": key.certificate,
        "oidcServiceKeyIdSig": "works",
        "oidcRPMetaDataOptions": {
            name: {
                "oidcRPMetaDataOptionsClientID": "harbor",
                "oidcRPMetaDataOptionsClientSecret": secret,
                "oidcRPMetaDataOptionsRedirectUris": back,
                "oidcRPMetaDataOptionsPostLogoutRedirectUris": f"{harbor}/signed-out",
                "oidcRPMetaDataOptionsLogoutUrl": f"{harbor}/sign-in/signed-out-elsewhere",
                "oidcRPMetaDataOptionsLogoutType": "back",
                "oidcRPMetaDataOptionsLogoutSessionRequired": 1,
                "oidcRPMetaDataOptionsLogoutBypassConfirm": 1,
                "oidcRPMetaDataOptionsBypassConsent": 1,
                "oidcRPMetaDataOptionsRequirePKCE": 1,
                "oidcRPMetaDataOptionsIDTokenSignAlg": "RS256",
                "oidcRPMetaDataOptionsUserIDAttr": "uid",
            }
        },
        "oidcRPMetaDataExportedVars": {
            name: {"email": "address", "name": "cn", "email_verified": "verified;bool;auto"}
        },
    }


def _by_saml(key: keys.SamlKey, name: str, metadata: str) -> dict[str, Any]:
    return {
        "issuerDBSAMLActivation": 1,
        "samlServicePrivateKeySig": key.private,
        "samlServicePublicKeySig": key.certificate,
        "samlServiceSignatureMethod": "RSA_SHA256",
        "samlOrganizationName": "Works",
        "samlOrganizationDisplayName": "Works",
        "samlOrganizationURL": "https://works.example/",
        "samlSPMetaDataXML": {name: {"samlSPMetaDataXML": metadata}},
        "samlSPMetaDataOptions": {
            name: {
                "samlSPMetaDataOptionsCheckSSOMessageSignature": 1,
                "samlSPMetaDataOptionsCheckSLOMessageSignature": 1,
                "samlSPMetaDataOptionsSignSSOMessage": 1,
                "samlSPMetaDataOptionsSignSLOMessage": 1,
                "samlSPMetaDataOptionsEncryptionMode": "none",
                "samlSPMetaDataOptionsSignatureMethod": "RSA_SHA256",
                "samlSPMetaDataOptionsNameIDFormat": "persistent",
            }
        },
        "samlSPMetaDataExportedAttributes": {
            name: {"address": "1;mail;;mail", "cn": "0;displayName;;displayName"},
        },
    }
