"""A source that leaves something out is contradicted by another."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.assessing.harbor import NOW, Harbor
from tests.assessing.made import told_of

from limen.assessing.contradictions import contradictions
from limen.assessing.kinds import Kind, Provider
from limen.assessing.told import Taken, Told

MIA = "mia.lindqvist@harbor.example"


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return told_of(Harbor(people=4, days=2, administrators=frozenset({0, 2})), tmp_path)


def ids(told: Told, control: str) -> set[str]:
    return {one.row.id for one in contradictions(told, NOW) if one.control == control}


def test_nothing_contradicts_a_whole_export_but_the_app_with_consents(told: Told) -> None:
    assert {one.control for one in contradictions(told, NOW)} == {"I5"}


def only(told: Told, keep: str) -> Told:
    """Nothing tells of Mia but this."""
    del told.accounts[Provider.ENTRA, MIA]
    del told.by_id["user-0002"]
    if keep != "roles":
        del told.roles[MIA]
    if keep != "registered":
        del told.registered[MIA]
    if keep != "devices":
        told.devices = [one for one in told.devices if one.record.owner != MIA]
    if keep != "sign_ins":
        told.sign_ins = {key: one for key, one in told.sign_ins.items() if one.user != MIA}
    return told


@pytest.mark.parametrize("by", ["roles", "registered", "devices", "sign_ins"])
def test_a_user_who_is_left_out_is_told_of_by_whatever_else_knows_them(told: Told, by: str) -> None:
    assert ids(only(told, by), "I1") == {f"stranger {MIA}"}


def test_an_account_that_is_off_and_signs_in(told: Told) -> None:
    told.accounts[Provider.ENTRA, MIA].is_active = False
    [found] = [one.row for one in contradictions(told, NOW) if one.control == "I1"]
    assert "is off" in found.why


def test_a_user_whom_the_report_of_factors_leaves_out(told: Told) -> None:
    del told.registered[MIA]
    assert ids(told, "") == {MIA}
    told.taken = [one for one in told.taken if one.kind is not Kind.ENTRA_FACTORS]
    assert not ids(told, "")


def test_a_device_that_signs_in_and_is_on_no_list(told: Told) -> None:
    told.devices = [one for one in told.devices if one.record.owner != MIA and one.record.name != "HARBOR-0002"]
    assert ids(told, "") == {"device entra-device-0002"}


def test_google_users_alone_are_not_strangers_for_want_of_a_report(told: Told) -> None:
    told.taken = [Taken("google.csv", Kind.GOOGLE_USERS, 1)]
    told.registered["zoe@harbor.example"] = told.registered[MIA]
    assert not ids(told, "I1")
