"""The pages that `limen seal` and `limen open` open: each shows what is asked for, and tells this computer alone."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from tests.web.conftest import House
from tests.web.data.sealed import Somebody, sealed_by_server

from limen.clock import HOUR
from limen.data.sealing import header, manifest, opening, wire
from limen.data.sealing.age_keys import Identity
from limen.web.data.sealing import to_open, to_seal

SEAL = {"label": "internal", "key": "ab" * 32, "port": "40000", "state": "s" * 32}
STANZA = header.wrap(header.new_file_key(), Identity.new().recipient)
OPEN = {**SEAL, "files": wire.asked_text([wire.Asked("sk_" + "0" * 32, STANZA)])}


async def test_what_somebody_seals_they_open_again_and_both_are_on_record(
    harbor: House, ida: Somebody, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("salaries")
    path = await ida.seals(tmp_path / "a.txt")
    opened = await ida.opens(path)
    key, said = opening.answered(path, opened, opened.files[0], ida.identity)
    opening.open_to(path, tmp_path / "out", key, said)
    assert (tmp_path / "out").read_text() == "salaries"
    assert (said.by, said.label, said.tenant) == (ida.id, "confidential", "limen.harbor.localhost")
    (event,) = harbor.events("data.document_opened")
    assert (event.actor, event.details["document"], event.details["label"]) == (ida.id, said.document, "confidential")
    assert event.details["decision"]
    assert len(harbor.events("data.sealing_allowed")) == 1


async def test_a_certificate_is_for_hours(harbor: House, ida: Somebody, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("salaries")
    path = await ida.seals(tmp_path / "a.txt")
    signed = manifest.read(path)
    assert signed.certified is not None
    certificate = signed.certified.certificate
    assert 0 < certificate.until - certificate.since <= 8 * HOUR


async def test_pages_show_the_code_the_label_and_how_many(harbor: House, ida: Somebody, tmp_path: Path) -> None:
    paths = await sealed_by_server(harbor, tmp_path, "a", "b")
    fields = ida.open_fields(*paths)
    page = await ida.browser.get(f"/data/open?{urlencode(fields)}")
    assert wire.code_of(ida.identity.recipient.raw) in page.text
    assert 'class="label confidential"' in page.text
    assert harbor.events("data.document_opened") == []  # looking opens nothing
    page = await ida.browser.get(f"/data/seal?{urlencode(ida.seal_fields())}")
    assert wire.code_of(ida.signing.public_key().public_bytes_raw()) in page.text


async def test_whoever_is_not_signed_in_signs_in_first_and_comes_back(harbor: House) -> None:
    most = {**OPEN, "files": wire.asked_text([wire.Asked("sk_" + "0" * 32, STANZA)] * wire.MOST_FILES)}
    for page, fields in (("/data/seal", SEAL), ("/data/open", most)):
        sent_on = await harbor.browser().get(f"{page}?{urlencode(fields)}")
        assert sent_on.status_code == 303
        onward = urlsplit(sent_on.headers["location"])
        assert onward.path == "/sign-in"
        assert parse_qs(urlsplit(parse_qs(onward.query)["to"][0]).query) == {k: [v] for k, v in fields.items()}


@pytest.mark.parametrize(
    "wrong",
    [{"port": "80"}, {"state": "x"}, {"key": "ab"}, {"key": ""}, {"label": "secret"}, {"label": ""}],
)
def test_what_limen_seal_never_writes_is_refused(wrong: dict[str, str]) -> None:
    assert to_seal(SEAL) is not None
    assert to_seal({**SEAL, **wrong}) is None


@pytest.mark.parametrize("wrong", [{"port": "80"}, {"state": "x"}, {"key": "ab"}, {"files": ""}, {"files": "x"}])
def test_what_limen_open_never_writes_is_refused(wrong: dict[str, str]) -> None:
    assert to_open(OPEN) is not None
    assert to_open({**OPEN, **wrong}) is None


async def test_wrong_addresses_are_answered_with_a_page(ida: Somebody) -> None:
    for page in ("/data/seal", "/data/open"):
        assert (await ida.browser.get(page)).status_code == 400
        assert (await ida.browser.post(page, port="1")).status_code == 400
