"""Any form can be written, means in Cedar what it says, keeps to the one order of facts, and is read back as itself."""

from __future__ import annotations

from typing import Any

import cedarpy
from hypothesis import given, settings
from tests.dial import size
from tests.laws.form_cases import forms

from limen.cedar import PolicySet, policies_text
from limen.company.child import schema_text
from limen.policy.forms import Form, read, write
from limen.policy.forms.write import WIDTH, policy_of
from limen.policy.proof.monotone import prove
from limen.policy.remedies.time_boundaries import time_boundaries_of

SCHEMA = cedarpy.Schema.from_str(schema_text())


def parsed(text: str) -> Any:
    (policy,) = PolicySet.parse(text)
    body = policy.to_json()
    return type(policy).from_json(body["annotations"]["id"], body)


@settings(max_examples=size(1_000))
@given(forms())
def test_a_form_written_and_parsed_is_the_same_form(form: Form) -> None:
    policy = parsed(write(form))
    assert read(policy) == form
    assert policy == policy_of(form)


@settings(max_examples=size(1_000))
@given(forms())
def test_what_a_form_writes_fits_the_schema_and_lets_its_changes_in_time_be_foreseen(form: Form) -> None:
    found = cedarpy.validate_policies(write(form), SCHEMA)
    assert [error.error for error in found.errors] == []
    time_boundaries_of(policy_of(form))


@settings(max_examples=size(300))
@given(forms())
def test_no_worse_or_unknown_fact_fulfils_what_a_form_asks_for(form: Form) -> None:
    assert prove([policy_of(form)]).findings == ()


@settings(max_examples=size(300))
@given(forms())
def test_the_layout_is_only_layout(form: Form) -> None:
    lines = write(form).split("\n")
    plain = policies_text(PolicySet((policy_of(form),)))
    assert parsed(plain) == parsed("\n".join(lines))
    assert all(len(line) <= WIDTH or "[" in line or line.startswith("@") or '"' in line for line in lines)
