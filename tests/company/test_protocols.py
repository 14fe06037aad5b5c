"""A protocol of apps is one row, and everything else follows from it."""

from __future__ import annotations

from dataclasses import fields, replace

from tests.company.test_saml_changes import WIKI

from limen.company.protocols import PROTOCOLS
from limen.company.revision import _app
from limen.facts import App, Upstream


def test_each_has_its_section_and_its_fact() -> None:
    known = {field.name for field in fields(App)}
    for name, protocol in PROTOCOLS.items():
        assert {name, "protocol"} <= set(protocol.shape.model_fields)
        assert name in known


def test_an_app_without_one_keeps_the_name_of_its_revision() -> None:
    behind = App("wiki", "Wiki", "wiki.harbor.example", Upstream("http://127.0.0.1:1"))
    assert not set(PROTOCOLS) & set(_app(behind))
    assert set(PROTOCOLS) & set(_app(replace(WIKI))) == {"saml"}
