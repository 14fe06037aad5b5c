"""Both legs of each app, on real servers."""

from __future__ import annotations

import ssl
import warnings
from dataclasses import replace
from pathlib import Path

import pytest
from tests.doctor.scene import Authority, app, bad, outside, serving, setup

from limen.doctor.certificate_reading import Encryption, Served
from limen.doctor.transit import transit, weaknesses
from limen.facts import App
from limen.finding import Finding, State

GOOD = Encryption("TLSv1.3", "TLS_AES_128_GCM_SHA256")
SHOWN = Served(("wiki",), "Harbor CA", 0, 1, "EC", 256, "sha256")


def speaking(context: ssl.SSLContext, oldest: ssl.TLSVersion, newest: ssl.TLSVersion, ciphers: str) -> ssl.SSLContext:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version, context.maximum_version = oldest, newest
    context.set_ciphers(ciphers)
    return context


async def looked_at(root: Path, ours: Authority, front: ssl.SSLContext, *apps: App) -> list[Finding]:
    """With a front on loopback that every app's host leads to."""
    trust = ssl.create_default_context(cafile=str(ours.file))
    async with serving(tls=front) as port:
        url = f"https://limen.harbor.example:{port}"
        return await transit(setup(root, *apps, outside_=outside(trust=trust), url=url))


async def test_two_good_legs_are_shown_with_version_cipher_and_end(tmp_path: Path) -> None:
    ours = Authority(tmp_path)
    async with serving(tls=ours.serves("127.0.0.1")) as port:
        wiki = app(f"https://127.0.0.1:{port}", ca_file=str(ours.file))
        (found,) = await looked_at(tmp_path, ours, ours.serves("wiki.harbor.example"), wiki)
    assert (found.state, found.where) == (State.OK, "wiki")
    assert found.what.count("TLS 1.3, TLS_") == found.what.count("certificate until 20") == 2


async def test_old_versions_and_weak_suites_are_found_on_either_leg(tmp_path: Path) -> None:
    ours = Authority(tmp_path)
    old = speaking(ours.serves("wiki.harbor.example"), ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_3, "ALL:@SECLEVEL=0")
    weak = ours.serves("127.0.0.1")
    weak = speaking(weak, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES128-SHA256")
    async with serving(tls=weak) as port:
        wiki = app(f"https://127.0.0.1:{port}", ca_file=str(ours.file))
        found = await looked_at(tmp_path, ours, old, wiki)
    first, second = bad(found)
    assert "TLSv1.1" in first.what
    assert "ECDHE-ECDSA-AES128-SHA256" in second.what
    assert {one.where for one in found} == {"wiki"}
    assert first.fix != second.fix  # one is mended in front of Limen, the other in the app


@pytest.mark.parametrize(
    ("url", "why", "said"),
    [
        ("http://127.0.0.1:1", "", "on this machine only"),
        ("http://10.255.0.1:1", "", "to the app not encrypted"),
        ("http://10.255.0.1:1", "a tunnel", "a tunnel"),
    ],
)
async def test_what_is_not_encrypted_is_shown(tmp_path: Path, url: str, why: str, said: str) -> None:
    ours = Authority(tmp_path)
    wiki = app(url, plain_text_why=why, connect_ms=100)
    (found,) = await looked_at(tmp_path, ours, ours.serves("wiki.harbor.example"), wiki)
    assert found.what.endswith(said)


async def test_what_does_not_answer_is_not_measured(tmp_path: Path) -> None:
    ours = Authority(tmp_path)
    async with serving(tls=ours.serves("127.0.0.1")) as port:
        gone = port
    (found,) = await looked_at(tmp_path, ours, ours.serves("another.example"), app(f"https://127.0.0.1:{gone}"))
    assert found.state is State.SKIPPED
    assert [one.state for one in await transit(setup(tmp_path))] == [State.SKIPPED]


@pytest.mark.parametrize(
    ("encryption", "served", "old", "number"),
    [
        (GOOD, SHOWN, "", 0),
        (Encryption("TLSv1.2", "ECDHE-RSA-CHACHA20-POLY1305"), replace(SHOWN, key="RSA", key_bits=2048), "", 0),
        (Encryption("TLSv1.2", "AES128-GCM-SHA256"), SHOWN, "", 1),
        (Encryption("TLSv1.1", "ECDHE-RSA-AES128-SHA"), SHOWN, "TLSv1", 2),
        (GOOD, replace(SHOWN, key="RSA", key_bits=1024, signature_hash="sha1"), "", 2),
        (None, None, "", 0),
    ],
)
def test_what_is_weak(encryption: Encryption | None, served: Served | None, old: str, number: int) -> None:
    assert len(weaknesses(served, encryption, old)) == number
