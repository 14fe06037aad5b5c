"""Attacks on sealed files and on those who open them: tried, refused, and nothing opened."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest
from tests.web.conftest import House
from tests.web.data.sealed import Somebody, harbor, ida, sealed_by_server, sealing_of

from limen.data.sealing import files, folders, header, manifest, opening, payload, wire
from limen.data.sealing.age_keys import Identity, Recipient
from limen.data.sealing.errors import SealedError
from limen.data.sealing.rotating import Outcome, Rotation
from limen.data.sealing.sealer import Sealer
from limen.data.sealing.wire import Asked
from limen.facts import Label

__all__ = ["harbor", "ida"]


async def test_a_manifest_that_lowers_the_label_lowers_nothing(harbor: House, ida: Somebody, tmp_path: Path) -> None:
    """The decision is about the label of the key that opens the file; its manifest only says where to look."""
    (restricted,) = await sealed_by_server(harbor, tmp_path, "salaries", label=Label.RESTRICTED)
    (confidential,) = await sealed_by_server(harbor, tmp_path, "minutes")
    manifest.path_of(restricted).write_bytes(manifest.path_of(confidential).read_bytes())
    answer = await ida.confirm("/data/open", ida.open_fields(restricted))
    assert answer.status_code >= 400  # its stanza is not for the key that is named
    assert harbor.events("data.document_opened") == []


async def test_a_header_for_a_lower_key_is_noticed_by_whoever_opens(
    harbor: House, ida: Somebody, tmp_path: Path
) -> None:
    """Somebody who opened a file once wraps its key for a label that anybody opens."""
    (path,) = await sealed_by_server(harbor, tmp_path, "minutes")
    (public,) = await sealed_by_server(harbor, tmp_path, "menu", label=Label.PUBLIC)
    opened = await ida.opens(path)
    key, _ = opening.answered(path, opened, opened.files[0], ida.identity)
    lower = next(one for one in await _keys(harbor) if one.label is Label.PUBLIC)
    files.rewrap(path, key, [Recipient.read(lower.recipient)])
    with pytest.raises(SealedError):  # by its own manifest, which names the other key
        await sealing_of(harbor).open(
            [opening.asked_of(path)], ida.identity.recipient, *_session(harbor, ida), "203.0.113.7"
        )
    asked = Asked(lower.id, opening.asked_of(path).stanza)
    answer = await sealing_of(harbor).open([asked], ida.identity.recipient, *_session(harbor, ida), "203.0.113.7")
    assert answer.opened is not None  # whoever had the key had the content: the file says so all the same
    with pytest.raises(SealedError):
        opening.answered(path, answer.opened, answer.opened.files[0], ida.identity)
    assert public.exists()


async def test_another_site_and_a_stranger_open_nothing(harbor: House, ida: Somebody, tmp_path: Path) -> None:
    (path,) = await sealed_by_server(harbor, tmp_path, "minutes")
    fields = ida.open_fields(path)
    await ida.browser.get(f"/data/open?{urlencode(fields)}")
    for page in ("/data/open", "/data/seal"):
        forged = await ida.browser.client.post(
            page, data=fields, headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        )
        assert forged.status_code in {400, 403}
        without = await ida.browser.client.post(page, data={**fields, "csrf": "made-up"})
        assert without.status_code in {400, 403}
    assert (await harbor.browser().get(f"/data/open?{urlencode(fields)}")).status_code == 303
    assert harbor.events("data.document_opened") == []


async def test_the_key_of_a_file_is_in_no_address_and_no_journal(harbor: House, ida: Somebody, tmp_path: Path) -> None:
    """Whoever reads the address that the browser goes on to, or the journal, opens nothing by it."""
    (path,) = await sealed_by_server(harbor, tmp_path, "minutes")
    answer = await ida.confirm("/data/open", ida.open_fields(path))
    said = wire.unpacked(_said(answer.text), wire.Opened)
    key, _ = opening.answered(path, said, said.files[0], ida.identity)
    journal = str(harbor.events("data.document_opened"))
    for secret in (key.hex(), ida.identity.text, ida.identity.raw.hex()):
        assert secret not in answer.text
        assert secret not in journal
    with pytest.raises(SealedError):
        opening.answered(path, said, said.files[0], Identity.new())


async def test_a_certificate_signs_in_nobody_elses_name_and_seals_are_not_traded(
    harbor: House, ida: Somebody, tmp_path: Path
) -> None:
    import msgspec

    (tmp_path / "a").write_text("salaries")
    path = await ida.seals(tmp_path / "a")
    signed = manifest.read(path)
    assert signed.certified is not None
    in_bens = msgspec.structs.replace(signed.manifest, by="p_ben")
    manifest.write(path, manifest.sign(in_bens, ida.signing, signed.certified))
    opened = await ida.opens(path)
    with pytest.raises(SealedError):
        opening.answered(path, opened, opened.files[0], ida.identity)


async def test_a_manifest_from_somebody_without_the_files_key_brings_nobody_in(
    harbor: House, ida: Somebody, tmp_path: Path
) -> None:
    """Anybody gets a certificate, and signs by it that a file of others is theirs, or sealed for them too."""
    import msgspec

    from limen.data.sealing import sealing_keys

    (path,) = await sealed_by_server(harbor, tmp_path, "minutes")
    (tmp_path / "own").write_text("own")
    certified = manifest.read(await ida.seals(tmp_path / "own")).certified
    said = manifest.read(path).manifest
    opened = await ida.opens(path)
    company, now = sealing_of(harbor).company, harbor.clock.now()
    new = await harbor.limen.core.write(
        lambda tx: sealing_keys.new_key(tx, company, Label.CONFIDENTIAL, said.period, now + 1, "p_ada")
    )
    before = path.read_bytes()
    for key in (said.key, new.id):  # the newest key: as if there was nothing to do
        forged = msgspec.structs.replace(said, by=ida.id, at=now, key=key, others=(ida.identity.recipient.text,))
        manifest.write(path, manifest.sign(forged, ida.signing, certified))
        file_key, claimed = opening.answered(path, opened, opened.files[0], ida.identity)
        with pytest.raises(SealedError):
            opening.open_to(path, tmp_path / "out", file_key, claimed)
        (became,) = Rotation(company, await _keys(harbor)).rotate([path])
        assert became.outcome is Outcome.FAILED
        assert path.read_bytes() == before


async def test_another_file_under_the_same_name_is_noticed(harbor: House, ida: Somebody, tmp_path: Path) -> None:
    """The public keys are no secret: anybody can seal anything for them."""
    (path,) = await sealed_by_server(harbor, tmp_path, "minutes")
    key = next(one for one in await _keys(harbor) if one.label is Label.CONFIDENTIAL)
    path.unlink()
    (tmp_path / "forged").write_text("pay this account")
    with (tmp_path / "forged").open("rb") as source:
        files.seal(source, path, [Recipient.read(key.recipient)])
    opened = await ida.opens(path)
    file_key, said = opening.answered(path, opened, opened.files[0], ida.identity)
    with pytest.raises(SealedError):
        opening.open_to(path, tmp_path / "out", file_key, said)
    assert not (tmp_path / "out").exists()


async def test_other_content_from_somebody_who_has_the_files_key_is_noticed(
    harbor: House, ida: Somebody, tmp_path: Path
) -> None:
    """Whoever opened a file may keep its key. With it every chunk is genuine, and still not what was signed."""
    (path,) = await sealed_by_server(harbor, tmp_path, "minutes")
    opened = await ida.opens(path)
    file_key, said = opening.answered(path, opened, opened.files[0], ida.identity)
    length = len(files.read_header(path).text)
    with path.open("r+b") as file:
        file.seek(length)
        payload.encrypt(io.BytesIO(b"pay this account"), file, file_key)
        file.truncate()
    files.open_with(path, tmp_path / "by-its-key-alone", file_key)
    with pytest.raises(SealedError):
        opening.open_to(path, tmp_path / "out", file_key, said)
    assert not (tmp_path / "out").exists()


async def test_stanzas_that_are_for_nobody_cost_one_try_each_and_open_nothing(harbor: House, ida: Somebody) -> None:
    key = await _first_key(harbor)
    asked = [Asked(key, header.Stanza(os.urandom(32), os.urandom(32))) for _ in range(wire.MOST_FILES)]
    asked[0] = Asked(key, header.Stanza(bytes(32), bytes(32)))  # of low order
    fields = {**ida.seal_fields(), "files": wire.asked_text(asked)}
    await ida.browser.get(f"/data/open?{urlencode(fields)}")
    assert (await ida.browser.post("/data/open", **fields)).status_code >= 400
    assert harbor.events("data.document_opened") == []


async def test_somebody_let_go_opens_nothing_more(harbor: House, ida: Somebody, tmp_path: Path) -> None:
    (path,) = await sealed_by_server(harbor, tmp_path, "minutes")
    assert (await ida.opens(path)).files
    await harbor.limen.identity.people.deactivate(ida.id, by="p_ada")
    answer = await ida.browser.get(f"/data/open?{urlencode(ida.open_fields(path))}")
    assert answer.status_code == 303
    assert len(harbor.events("data.document_opened")) == 1


def test_memory_stays_the_same_whatever_the_size(tmp_path: Path) -> None:
    """200 MB are sealed and opened in a process that may have little more than Python needs for itself."""
    program = (
        "import os, resource, sys\n"
        "from pathlib import Path\n"
        "from limen.data.sealing import files\n"
        "from limen.data.sealing.age_keys import Identity\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "class Zeros:\n"
        "    left = 200_000_000\n"
        "    def read(self, size):\n"
        "        size = min(size, self.left); self.left -= size; return bytes(size)\n"
        "class Nowhere:\n"
        "    size = 0\n"
        "    def write(self, data): self.size += len(data)\n"
        "me = Identity.new(); path = Path(sys.argv[1]); nowhere = Nowhere()\n"
        "key = files.seal(Zeros(), path, [me.recipient]).file_key\n"
        "files.open_into(path, nowhere, key)\n"
        "assert nowhere.size == 200_000_000\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    ran = [sys.executable, "-c", program, str(tmp_path / "a.age")]
    grown = int(subprocess.run(ran, check=True, capture_output=True, text=True).stdout)
    assert grown < 40_000  # kilobytes


def test_a_header_without_end_is_left_soon(tmp_path: Path) -> None:
    path = tmp_path / "a.age"
    with path.open("wb") as file:
        file.write(b"age-encryption.org/v1\n-> X25519 ")
        file.truncate(1 << 40)  # a terabyte of nothing
    with pytest.raises(SealedError):
        files.read_header(path)


def test_a_sealed_folder_that_is_a_file_and_links_in_the_way(tmp_path: Path) -> None:
    me = Identity.new()
    (tmp_path / "victim").write_text("mine")
    (tmp_path / "a").symlink_to(tmp_path / "victim")
    (tmp_path / "b").write_text("content")
    with (tmp_path / "b").open("rb") as source:
        key = files.seal(source, tmp_path / "a.age", [me.recipient]).file_key
    with pytest.raises(SealedError):
        opening.open_to(tmp_path / "a.age", tmp_path / "a", key, None)
    assert (tmp_path / "victim").read_text() == "mine"


async def _first_key(house: House) -> str:
    from limen.data.sealing import sealing_keys

    company, now = sealing_of(house).company, house.clock.now()
    made = await house.limen.core.write(lambda tx: sealing_keys.key_now(tx, company, Label.CONFIDENTIAL, now))
    assert Sealer.of_server(company, made).key == made.id
    return made.id


async def _keys(house: House) -> list:  # type: ignore[type-arg]
    from limen.data.sealing import sealing_keys

    return await house.limen.core.database.reading(sealing_keys.every)


def _session(house: House, somebody: Somebody) -> tuple:  # type: ignore[type-arg]
    known = house.limen.known
    session = next(one for one in known.sessions.values() if one.person_id == somebody.id)
    return session, known.people[somebody.id]


def _said(page: str) -> str:
    import re
    from html import unescape
    from urllib.parse import parse_qs, urlsplit

    found = re.search(r'content="0;url=([^"]+)"', page)
    assert found is not None
    return parse_qs(urlsplit(unescape(found[1])).query)["said"][0]


@pytest.mark.parametrize("is_folder", [False, True])
def test_a_link_that_comes_into_the_place_of_a_file_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_folder: bool
) -> None:
    """A job of root's seals a folder that others write to: what they may not read does not come along."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "a.txt").write_text("secret")
    (tmp_path / "exports" / "deep").mkdir(parents=True)
    (tmp_path / "exports" / "deep" / "a.txt").write_text("harmless"[:6])
    real = tarfile.TarFile.gettarinfo

    def swap(self: tarfile.TarFile, *args: object, **named: object) -> tarfile.TarInfo:
        member = real(self, *args, **named)
        if member.name.endswith("a.txt"):
            at = tmp_path / "exports" / "deep" / ("" if is_folder else "a.txt")
            at.rename(tmp_path / "moved")
            at.symlink_to(tmp_path / "etc" / ("" if is_folder else "a.txt"))
        return member

    monkeypatch.setattr(tarfile.TarFile, "gettarinfo", swap)
    read = io.BytesIO()
    with suppress(SealedError, OSError), folders.packed(tmp_path / "exports") as source:
        while piece := source.read(1_000):
            read.write(piece)
    assert (tmp_path / "moved").exists()
    assert b"secret" not in read.getvalue()
