"""Single sign-on as a part."""

from __future__ import annotations

import subprocess
import sys

from tests.web.conftest import House

from limen.sso.pillar import PILLAR


async def test_what_it_declares_is_taken_in(house: House) -> None:
    declared = PILLAR.declarations()
    assert {kind.name.partition(".")[0] for kind in declared.events} == {
        "sso",
        "provision",
        "signals",
        "received_signal",
    }
    assert {table.name.partition("_")[0] for table in declared.tables} == {
        "app",
        "oidc",
        "saml",
        "upstream",
        "provisioned",
        "provisioning",
        "signal",
        "received",
        "disabled",
    }
    assert PILLAR.is_optional


def test_no_start_waits_for_what_reads_protocols() -> None:
    """Authlib, lxml and xmlsec are read when the first app asks."""
    modules = (*PILLAR.pages, "limen.sso.oidc.provider", "limen.sso.saml.single_logout", "limen.sso.logouts")
    modules = (*modules, "limen.sso.provisioning.delivery", "limen.sso.provisioning.reconciling")
    heavy = {"authlib", "lxml", "xmlsec", "scim2_models"}
    program = f"import sys, {', '.join(modules)}; sys.exit(', '.join({heavy} & set(sys.modules)) or 0)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
