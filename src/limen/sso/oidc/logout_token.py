"""What an app is told of a sign-out (OpenID Connect Back-Channel Logout 1.0)."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from limen.clock import SECOND
from limen.facts import App
from limen.opaque import new_id
from limen.pillar import Core
from limen.sso.logouts import Notice, NoticeOf
from limen.sso.oidc.provider import Provider
from limen.sso.sign_ins import AppSignIn

EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
LIVES_SECONDS: Final = 120


def notices(core: Core, provider: Provider) -> NoticeOf:
    """A logout token for each app that has an address for it."""

    def notice(sign_in: AppSignIn, app: App) -> Notice | None:
        if app.oidc is None or not app.oidc.backchannel_logout_uri:
            return None
        now = core.clock.now()
        told = {
            "iss": provider.issuer,
            "sub": provider.subject(sign_in.person_id, app),
            "aud": app.id,
            "iat": now // SECOND,
            "exp": now // SECOND + LIVES_SECONDS,
            "jti": new_id("j"),
            "sid": sign_in.id,  # what the ID token called this sign-in (section 2.4)
            "events": {EVENT: {}},
        }
        token = provider.keys.sign(told, app.oidc.algorithm, now, "logout+jwt")
        form = urlencode({"logout_token": token}).encode()
        return Notice(app.oidc.backchannel_logout_uri, "application/x-www-form-urlencoded", form)

    return notice
