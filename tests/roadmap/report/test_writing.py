"""Reports as signed files: any changed byte is found by Limen, and by OpenSSL; and by default nobody is named."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from pypdf import PdfReader
from tests.dial import size
from tests.roadmap.report.made import ADA, BEN, KEYRING, report
from tests.storage.test_signed_documents import openssl_accepts

from limen.errors import LimenError
from limen.roadmap.report.signing import REPORTS
from limen.roadmap.report.writing import FORMS, Written, written
from limen.storage.signed_documents import NotAsSignedError

KEYS = REPORTS.public_keys(KEYRING)
MADE = {form: written(report(), form, KEYRING) for form in FORMS}
WORDS = ("ada", "lindqvist", "benedikt", "oyelaran", ADA.id, BEN.id, "harbor.example", "/console/people")


def text_of(one: Written) -> str:
    if one.form == "pdf":
        return "".join(page.extract_text() for page in PdfReader(BytesIO(one.content)).pages)
    return one.content.decode()


@pytest.mark.parametrize("form", FORMS)
def test_by_default_nobody_is_named_in_any_form(form: str) -> None:
    said = text_of(MADE[form]).casefold()
    assert [word for word in WORDS if re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", said)] == []
    named = text_of(written(report(has_names=True), form, KEYRING)).casefold()
    assert "benedikt oyelaran" in " ".join(named.split())


@pytest.mark.parametrize("form", FORMS)
def test_a_report_is_verified_with_the_public_key_alone(form: str) -> None:
    one = MADE[form]
    assert one.content.startswith(REPORTS.verified(one.content, [KEYS[0]]))
    with pytest.raises(NotAsSignedError):
        REPORTS.verified(one.content, [KEYS[1]])


def test_signed_forms_stay_what_they_are() -> None:
    assert MADE["json"].content.endswith(b"}]}}}\n")
    assert json.loads(MADE["json"].content)
    assert len(PdfReader(BytesIO(MADE["pdf"].content), strict=True).pages) == 5
    assert MADE["html"].content.rstrip().endswith(b"-->")
    with pytest.raises(LimenError):
        written(report(), "docx", KEYRING)


@pytest.mark.parametrize("form", FORMS)
@given(data=st.data())
@settings(max_examples=size(400), deadline=None)
def test_law_any_changed_removed_or_added_byte_is_found(form: str, data: st.DataObject) -> None:
    with pytest.raises(NotAsSignedError):
        REPORTS.verified(changed(MADE[form].content, data.draw), KEYS)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl")
@pytest.mark.parametrize("form", FORMS)
@given(data=st.data())
@settings(max_examples=size(100), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_law_openssl_verifies_each_form_and_refuses_a_change_anywhere(
    tmp_path: Path, form: str, data: st.DataObject
) -> None:
    one = MADE[form]
    assert openssl_accepts(tmp_path, one.content, one.detached, KEYS[0])
    assert not openssl_accepts(tmp_path, changed(one.content, data.draw), one.detached, KEYS[0])


def changed(content: bytes, draw: Callable[[st.SearchStrategy[int]], int]) -> bytes:
    place, how = draw(st.integers(0, len(content) - 1)), draw(st.integers(-1, 255))
    if how < 0:
        return content[:place] + content[place + 1 :]
    if how == 0:
        return content[:place] + content[place : place + 1] + content[place:]
    return content[:place] + bytes([content[place] ^ how]) + content[place + 1 :]
