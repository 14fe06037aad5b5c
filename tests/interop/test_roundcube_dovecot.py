"""Roundcube signs people in by Limen, and Dovecot has each of its tokens introspected, as their page says."""

from __future__ import annotations

import asyncio
import imaplib
import os
import shutil
import subprocess
import tempfile
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from playwright.sync_api import expect
from tests.interop.real_apps import PATIENCE_MS, absent, running
from tests.interop.recipes import block
from tests.interop.single_sign_on import RECIPES, SingleSignOn
from tests.journeys.conftest import heading
from tests.ports import free_port

from limen.sso.oidc.calls import Calls

pytestmark = pytest.mark.usefixtures("names")
WITHIN = 1.0
OLD_AFTER_SECONDS = 1
"""Where a test has Roundcube ask for a new token as soon as this."""
TRIES = 8
ON_THE_WAY_SECONDS = 0.3
"""How long an app's request for tokens takes to reach Limen where several are to meet."""
VERSIONS = "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"
"""What Dovecot's configuration begins with."""
NOBODY = ("nobody", "nogroup")
PUBLIC = Path("/var/lib/roundcube/public_html")
PAGE = RECIPES["mail"]
WRITTEN = "Low water is at six."
VERIFIER = "of-a-program-that-reads-mail-and-can-do-pkce-by-itself"


@dataclass
class Mailboxes:
    """Dovecot's: where they are kept, the port of IMAP, and Dovecot's log."""

    folder: Path
    port: int
    log: Path

    def put(self, name: str, subject: str) -> str:
        """One mail in the new mailbox of somebody, whose address this is."""
        address = f"{name.lower().replace(' ', '.')}@harbor.example"
        own = self.folder / address
        for part in ("new", "cur", "tmp"):
            (own / part).mkdir(parents=True)
        head = f"From: ines@harbor.example\nTo: {address}\nDate: Tue, 24 Nov 2026 10:00:00 +0100"
        (own / "new" / "1795510000.M1P1.mail").write_text(f"{head}\nSubject: {subject}\n\n{WRITTEN}\n")
        for path in (own, *own.rglob("*")):
            shutil.chown(path, *NOBODY)
        return address


@dataclass(frozen=True)
class Roundcube:
    """Where browsers find it, and what it is told later."""

    origin: str
    later: Path

    @property
    def first_mail(self) -> str:
        return f"{self.origin}/?_task=mail&_mbox=INBOX&_uid=1&_action=show"


@pytest.fixture(scope="module")
def dovecot(sso: SingleSignOn) -> Iterator[Mailboxes]:
    """In a folder of its own: its programs run as several users, and pytest keeps its folders to itself."""
    binary = shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin")
    if not binary or not subprocess.check_output([binary, "--version"], text=True).startswith("2.4"):
        absent("DOVECOT 2.4 IS NOT INSTALLED: it was not tested (apt-get install dovecot-imapd)")
    with tempfile.TemporaryDirectory() as made:
        folder, mail, port = Path(made), Path(made) / "mail", free_port()
        folder.chmod(0o755)
        mail.mkdir()
        shutil.chown(mail, *NOBODY)
        told = sso.as_here("mail", block(PAGE, "dovecot"))
        (folder / "dovecot.conf").write_text(VERSIONS + told + _of_this_test(folder, port), "utf-8")
        with running(folder, [str(binary), "-F", "-c", "dovecot.conf"], port, ["limen.harbor.localhost"]) as log:
            yield Mailboxes(mail, port, log)


def _of_this_test(folder: Path, port: int) -> str:
    return f"""
base_dir = {folder}/run
log_path = /dev/stderr
listen = 127.0.0.1
ssl = no
auth_failure_delay = 0
protocols {{
  imap = yes
}}
mail_driver = maildir
mail_path = {folder}/mail/%{{user}}
mail_uid = {NOBODY[0]}
mail_gid = {NOBODY[1]}
userdb static {{
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


@pytest.fixture(scope="module")
def roundcube(sso: SingleSignOn, dovecot: Mailboxes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Roundcube]:
    """Where Roundcube is, on PHP's own server. What it is told in `later.inc.php` counts from the next request on."""
    php = shutil.which("php")
    if not php or not PUBLIC.exists():
        absent("ROUNDCUBE IS NOT INSTALLED: it was not tested (apt-get install roundcube-core php-cli)")
    folder = tmp_path_factory.mktemp("roundcube")
    (folder / "defaults.inc.php").symlink_to("/etc/roundcube/defaults.inc.php")
    (folder / "config.inc.php").write_text(f"""<?php
$config = [];
{sso.as_here("mail", block(PAGE, "php"))}
$config['use_https'] = false;
$config['imap_host'] = '127.0.0.1:{dovecot.port}';
$config['db_dsnw'] = 'sqlite:///{folder}/roundcube.db?mode=0600';
$config['des_key'] = 'of-this-test-and-no-more';
$config['log_dir'] = $config['temp_dir'] = '{folder}';
@include '{folder}/later.inc.php';
""")
    port = sso.ports["mail"]
    command = [str(php), "-S", f"127.0.0.1:{port}", "-t", str(PUBLIC)]
    of_this_test = {"ROUNDCUBE_CONFIG_DIR": str(folder), "PHP_CLI_SERVER_WORKERS": "4"}
    with running(folder, command, port, ["limen.harbor.localhost"], of_this_test):
        yield Roundcube(sso.apps["mail"], folder / "later.inc.php")


def token_of(sso: SingleSignOn, name: str, *groups: str, app: str = "mail") -> str:
    """The access token of a mail program, or another app, that somebody signed in to."""
    cookies = "; ".join(f"{key}={value}" for key, value in sso.harbor.signed_in(name, *groups).items())
    back = sso.callback if app == "reports" else f"{sso.apps['mail']}/index.php/login/oauth"
    challenge = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
    asked = {"response_type": "code", "client_id": app, "redirect_uri": back, "scope": "openid email", "state": "s"}
    asked |= {"code_challenge": challenge, "code_challenge_method": "S256"}
    browser = {"cookie": cookies, "user-agent": "Mozilla/5.0 (X11; Linux) Firefox/150.0"}
    way = f"{sso.harbor.origin}/oidc/authorize?{urlencode(asked)}"
    came = requests.get(way, headers=browser, allow_redirects=False, timeout=60).headers["location"]
    code = parse_qs(urlsplit(came).query)["code"][0]
    sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": VERIFIER}
    told = requests.post(f"{sso.harbor.origin}/oidc/token", data=sent, auth=(app, sso.secret_of(app)), timeout=60)
    return str(told.json()["access_token"])


def subjects(dovecot: Mailboxes, mechanism: str, whose: str, token: str) -> list[str]:
    """The subjects in this mailbox. Raises imaplib.IMAP4.error where the token does not open it."""
    said = {
        "XOAUTH2": f"user={whose}\1auth=Bearer {token}\1\1",
        "OAUTHBEARER": f"n,a={whose},\1auth=Bearer {token}\1\1",
    }[mechanism]
    with imaplib.IMAP4("127.0.0.1", dovecot.port, timeout=60) as box:
        box.authenticate(mechanism, lambda challenge: b"" if challenge else said.encode())
        box.select(readonly=True)
        _, parts = box.fetch("1:*", "BODY[HEADER.FIELDS (SUBJECT)]")
        return [part[1].decode().strip() for part in parts if isinstance(part, tuple)]


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
def test_mail_is_read_by_a_token_that_dovecot_has_introspected(
    sso: SingleSignOn, dovecot: Mailboxes, mechanism: str
) -> None:
    name = f"Max {mechanism.capitalize()}"
    whose = dovecot.put(name, "The tides")
    token = token_of(sso, name, "staff")
    assert subjects(dovecot, mechanism, whose, token) == ["Subject: The tides"]
    sso.revoke(name)
    since = time.monotonic()
    with pytest.raises(imaplib.IMAP4.error):
        subjects(dovecot, mechanism, whose, token)
    assert time.monotonic() - since < WITHIN


def test_a_token_opens_no_other_mailbox_and_that_of_another_app_none(sso: SingleSignOn, dovecot: Mailboxes) -> None:
    own, other = dovecot.put("Tom Marsh", "His own"), dovecot.put("Ute Marsh", "Hers")
    token = token_of(sso, "Tom Marsh", "staff")
    assert subjects(dovecot, "XOAUTH2", own, token) == ["Subject: His own"]
    head, body, signature = token.split(".")
    flipped = f"{head}.{body}.{signature[:-8]}AAAAAAAA"
    of_reports = token_of(sso, "Vic Marsh", "staff", app="reports")
    for whose, wrong in [(other, token), (own, flipped), (own, ""), (dovecot.put("Vic Marsh", "His"), of_reports)]:
        for mechanism in ("XOAUTH2", "OAUTHBEARER"):
            with pytest.raises(imaplib.IMAP4.error):
                subjects(dovecot, mechanism, whose, wrong)


def test_somebody_reads_their_mail_after_a_passkey_and_is_out_when_revoked(
    sso: SingleSignOn, dovecot: Mailboxes, roundcube: Roundcube, browse: Any
) -> None:
    zoe = browse()
    zoe.without_autofill()
    dovecot.put("Zoe Marsh", "The harbour master asks")
    sso.harbor.arrive(zoe, "Zoe Marsh", "staff")
    zoe.page.get_by_role("button", name="Sign out").click()
    expect(heading(zoe)).to_have_text("You are signed out")
    zoe.page.goto(roundcube.origin)
    zoe.page.get_by_role("button", name="Sign in with a passkey").click()
    expect(zoe.page.get_by_text("The harbour master asks").first).to_be_visible(timeout=PATIENCE_MS)

    zoe.page.goto(roundcube.first_mail)
    expect(zoe.page.get_by_text(WRITTEN)).to_be_visible(timeout=PATIENCE_MS)

    sso.revoke("Zoe Marsh")
    zoe.page.goto(roundcube.first_mail)
    assert WRITTEN not in zoe.page.content()


@pytest.fixture
def old_soon(roundcube: Roundcube) -> Iterator[None]:
    roundcube.later.write_text(f"<?php $config['refresh_interval'] = {15 * 60 - 10 - OLD_AFTER_SECONDS};")
    yield
    roundcube.later.unlink()


@pytest.fixture
def far_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests for tokens take a while, so that those which began together hold the same refresh token."""
    served = Calls.served

    async def later(self: Calls, *asked: Any, **known: Any) -> Any:
        await asyncio.sleep(ON_THE_WAY_SECONDS)
        return await served(self, *asked, **known)

    monkeypatch.setattr(Calls, "served", later)


@pytest.mark.usefixtures("old_soon", "far_away")
def test_roundcube_refreshes_and_signs_out_whose_refresh_is_refused(
    sso: SingleSignOn, dovecot: Mailboxes, roundcube: Roundcube, browse: Any
) -> None:
    amy = browse()  # with its scripts, which ask for several things at once, each with the same refresh token
    amy.without_autofill()
    whose = dovecot.put("Amy Marsh", "The lighthouse")
    sso.harbor.arrive(amy, "Amy Marsh", "staff")
    amy.page.goto(roundcube.origin)
    time.sleep(OLD_AFTER_SECONDS + 1.1)  # it counts whole seconds
    amy.page.goto(roundcube.first_mail)
    expect(amy.page.get_by_text(WRITTEN)).to_be_visible(timeout=PATIENCE_MS)
    one = "fetch(url, {cache: 'no-store'}).then(got => got.text())"
    at_once = f"url => Promise.all([...Array(6)].map(() => {one}))"
    for _ in range(TRIES):  # the page's own script may have had the token renewed just before
        time.sleep(OLD_AFTER_SECONDS + 1.1)
        assert all(WRITTEN in text for text in amy.page.evaluate(at_once, roundcube.first_mail))
        if sso.events("sso.token_repeated"):
            break
    else:
        pytest.fail("no two requests had the same token renewed")
    assert sso.events("sso.token_reused") == []
    assert f"(auth_failed): user=<{whose}>" not in dovecot.log.read_text()

    opened = dovecot.log.read_text().count(f"Logged in: user=<{whose}>")
    sso.revoke("Amy Marsh")
    time.sleep(OLD_AFTER_SECONDS + 1.1)
    amy.page.goto(roundcube.first_mail)
    assert WRITTEN not in amy.page.content()
    # The refresh that this page began was refused, whereupon Roundcube ended its session, too.
    amy.page.goto(roundcube.origin)
    expect(heading(amy)).to_have_text("Sign in to Harbor")
    assert dovecot.log.read_text().count(f"Logged in: user=<{whose}>") == opened > 0


def test_who_may_not_use_it_is_told_so_by_limen(sso: SingleSignOn, roundcube: Roundcube, browse: Any) -> None:
    bob = browse()
    sso.harbor.arrive(bob, "Bob Marsh", "guests")
    bob.page.goto(roundcube.origin)
    assert bob.page.url.startswith(f"{sso.harbor.origin}/not-yet")
