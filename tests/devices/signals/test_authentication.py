"""Whose a message is: Standard Webhooks by its published example, tokens, and bodies within bounds."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from tests.interop.real_apps import absent

from limen.devices.signals.authentication import CLOCKS, DEEPEST, SECRET_PREFIX, Once, new_secret, read_json, verify
from limen.devices.wire import RefusedError
from limen.facts.signal_sources import Proves, SignalSource

SIGNS, BRINGS = SignalSource("edr", "webhook"), SignalSource("falcon", "crowdstrike", Proves.TOKEN)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
HEADERS = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
"""The specification's own example of a signature."""
NOW = 1_614_265_330_000


def test_the_example_of_the_specification_is_believed_under_both_names() -> None:
    assert verify(SIGNS, SECRET, HEADERS, BODY, NOW) == Once("msg_p5jXN8AQM9LWM0D4loKWxJek", NOW + 2 * CLOCKS)
    svix = {name.replace("webhook", "svix"): value for name, value in HEADERS.items()}
    assert verify(SIGNS, SECRET, svix, BODY, NOW) is not None


def test_one_of_several_signatures_is_enough() -> None:
    several = f"v2,x v1,AAAA {HEADERS['webhook-signature']}"
    assert verify(SIGNS, SECRET, {**HEADERS, "webhook-signature": several}, BODY, NOW) is not None


@pytest.mark.parametrize(
    ("changes", "body", "secret", "later", "error"),
    [
        ({}, BODY + b" ", SECRET, 0, "not_this_source"),
        ({"webhook-id": "msg_2"}, BODY, SECRET, 0, "not_this_source"),
        ({"webhook-timestamp": "1614265331"}, BODY, SECRET, 0, "not_this_source"),
        ({"webhook-timestamp": "soon"}, BODY, SECRET, 0, "not_this_source"),
        ({"webhook-timestamp": "9" * 40}, BODY, SECRET, 0, "not_this_source"),
        ({"webhook-signature": ""}, BODY, SECRET, 0, "not_this_source"),
        ({"webhook-signature": "v1,"}, BODY, SECRET, 0, "not_this_source"),
        ({"webhook-signature": "v1," + "A" * 9_000}, BODY, SECRET, 0, "not_this_source"),
        ({"webhook-id": ""}, BODY, SECRET, 0, "not_this_source"),
        ({}, BODY, "", 0, "not_this_source"),
        ({}, BODY, "whsec_" + "A" * 44, 0, "not_this_source"),
        ({}, BODY, SECRET, CLOCKS + 1, "clock"),
        ({}, BODY, SECRET, -CLOCKS - 1, "clock"),
    ],
)
def test_what_it_did_not_sign_now_is_not_its_own(
    changes: dict[str, str], body: bytes, secret: str, later: int, error: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        verify(SIGNS, secret, {**HEADERS, **changes}, body, NOW + later)
    assert refused.value.error == error


def test_a_token_is_believed_and_nothing_like_it() -> None:
    assert verify(BRINGS, "secret", {"authorization": "bearer secret"}, b"", NOW) is None
    for wrong in ("", "Bearer", "Bearer ", "Bearer Secret", "Basic secret", "secret"):
        with pytest.raises(RefusedError):
            verify(BRINGS, "secret", {"authorization": wrong}, b"", NOW)
    with pytest.raises(RefusedError):
        verify(BRINGS, "", {"authorization": "Bearer "}, b"", NOW)  # none was made: the empty one is none


def test_a_source_that_signs_takes_no_token() -> None:
    with pytest.raises(RefusedError):
        verify(SIGNS, SECRET, {"authorization": f"Bearer {SECRET}"}, BODY, NOW)


def test_secrets_are_long_and_never_the_same() -> None:
    made = {new_secret() for _ in range(20)}
    assert len(made) == 20
    assert all(one.startswith(SECRET_PREFIX) and len(one) > 48 for one in made)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b"[" * 100_000, b"NaN", b'{"a": ' * 40 + b"1" + b"}" * 40, b"9" * 5_000, b"{}\n{"],
)
@pytest.mark.parametrize("by_line", [False, True])
def test_what_is_no_json_of_a_bounded_depth_is_refused(body: bytes, by_line: bool) -> None:
    if by_line and not body:
        assert read_json(body, by_line=True) == []
        return
    with pytest.raises(RefusedError) as refused:
        read_json(body, by_line=by_line)
    assert refused.value.error == "malformed"


def test_lines_and_depth() -> None:
    assert read_json(b'{"a": 1}\n\n{"b": 2}\n', by_line=True) == [{"a": 1}, {"b": 2}]
    assert read_json(b'{"a": 1}\n', by_line=True) == {"a": 1}
    assert read_json(b"[" * DEEPEST + b"]" * DEEPEST) is not None


def test_the_how_tos_script_signs_as_it_must(tmp_path: Path) -> None:
    if not shutil.which("openssl"):
        absent("OPENSSL IS NOT INSTALLED: the how-to's script was not run (apt-get install openssl)")
    how_to = Path(__file__).parents[3] / "docs" / "how-to" / "signals.md"
    found = re.search(r"```sh\n(.*?)```", how_to.read_text(), re.DOTALL)
    assert found is not None
    (tmp_path / "custom-limen").write_text(found[1])
    (tmp_path / "alert").write_bytes(BODY)
    (tmp_path / "curl").write_text('#!/bin/sh\nfor one; do echo "$one"; done > sent\n')
    (tmp_path / "curl").chmod(0o755)
    secret = new_secret()
    command = ["sh", "custom-limen", "alert", secret, "https://login.harbor.example/signals/wazuh"]
    path = f"{tmp_path}:/usr/bin:/bin"
    subprocess.run(command, cwd=tmp_path, env={"PATH": path}, check=True, timeout=60)
    sent = (tmp_path / "sent").read_text().splitlines()
    headers = dict(
        line.lower().split(": ", 1) if "signature" not in line else line.split(": ", 1) for line in sent if ": " in line
    )
    assert sent[1] == command[-1]
    assert verify(SIGNS, secret, headers, BODY, int(time.time()) * 1_000) is not None
