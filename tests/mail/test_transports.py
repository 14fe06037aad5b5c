"""Mail through a real server: what arrives, and each way in which it does not."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import pytest
from tests.mail.conftest import HELLO, MORNING, Post

from limen.mail.message import as_mail
from limen.mail.transports import FileOutbox, NotSentError, Smtp, mail_password
from limen.settings import Mail

MAIL = as_mail(HELLO, mail_id="m_1", sender="limen@harbor.example", company="Harbor", at=MORNING)


async def refused(transport: Smtp) -> tuple[str, bool]:
    with pytest.raises(NotSentError) as why:
        await transport.send("m_1", MAIL)
    return why.value.word, why.value.is_final


async def test_a_mail_arrives_over_starttls_and_after_signing_in(
    settings: Mail, trust: ssl.SSLContext, post: Post
) -> None:
    await Smtp(settings, lambda: "tidal marble", trust).send("m_1", MAIL)
    (taken,) = post.taken
    assert (taken.mail_from, taken.rcpt_tos, post.users) == ("limen@harbor.example", ["eve@harbor.example"], [b"limen"])
    assert b"Subject: Your access" in taken.content


async def test_each_refusal_has_its_word(settings: Mail, trust: ssl.SSLContext, post: Post) -> None:
    assert await refused(Smtp(settings, lambda: "wrong", trust)) == ("sign-in-refused", False)
    assert await refused(Smtp(settings, lambda: "tidal marble")) == ("certificate-refused", False)
    post.says = "550 no such person"
    assert await refused(Smtp(settings, lambda: "tidal marble", trust)) == ("recipient-refused", True)
    post.says = "450 come back later"
    assert await refused(Smtp(settings, lambda: "tidal marble", trust)) == ("recipient-refused", False)
    assert post.taken == []


async def test_a_server_without_tls_is_never_given_the_password(
    post: Post, trust: ssl.SSLContext, settings: Mail
) -> None:
    from aiosmtpd.controller import Controller
    from tests.ports import free_port

    plain = Controller(post, hostname="127.0.0.1", port=free_port(), auth_require_tls=False, authenticator=post)
    plain.start()
    there = settings.model_copy(update={"server": f"127.0.0.1:{plain.port}"})
    assert await refused(Smtp(there, lambda: "tidal marble", trust)) == ("no-connection", False)
    plain.stop()
    assert (post.users, post.taken) == ([], [])
    assert await refused(Smtp(there, lambda: "tidal marble", trust)) == ("no-connection", False)


async def test_a_silent_server_is_left_after_a_while(settings: Mail) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        there = settings.model_copy(update={"server": f"127.0.0.1:{silent.getsockname()[1]}"})
        assert await refused(Smtp(there, lambda: "x", seconds=0.1)) == ("too-slow", False)


async def test_a_file_holds_the_mail_for_its_owner_alone(tmp_path: Path) -> None:
    await FileOutbox(tmp_path / "outbox").send("m_1", MAIL)
    (file,) = (tmp_path / "outbox").iterdir()
    assert file.name == "m_1.eml"
    assert file.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "outbox").stat().st_mode & 0o777 == 0o700
    assert b"https://x/#secret" in file.read_bytes()


async def test_an_outbox_that_can_not_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file where a folder should be")
    with pytest.raises(NotSentError, match="outbox-unwritable"):
        await FileOutbox(tmp_path / "outbox").send("m_1", MAIL)


def test_the_password_comes_from_where_others_can_not_read(tmp_path: Path) -> None:
    file = tmp_path / "mail.password"
    file.write_text("tidal marble\n")
    file.chmod(0o644)
    with pytest.raises(NotSentError, match="password-open-to-others"):
        mail_password(file, {})
    file.chmod(0o600)
    assert mail_password(file, {}) == "tidal marble"
    assert mail_password(file, {"LIMEN_MAIL_PASSWORD": "other"}) == "other"
    credential = tmp_path / "limen.mail.password"
    credential.write_text("third\n")
    credential.chmod(0o600)
    assert mail_password(None, {"CREDENTIALS_DIRECTORY": str(tmp_path)}) == "third"
    with pytest.raises(NotSentError, match="no-password"):
        mail_password(None, {})
    with pytest.raises(NotSentError, match="no-password"):
        mail_password(tmp_path / "absent", {})


def test_a_way_hides_its_password() -> None:
    assert "tidal" not in repr(Smtp(Mail(), lambda: "tidal marble"))
