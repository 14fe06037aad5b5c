"""What happens when apps ask Limen who somebody is."""

from __future__ import annotations

from typing import Final

from limen.events.headings import FAILURES, OPENED, SESSIONS, SIGNING_IN
from limen.events.kind import ACCOUNT, AUTHENTICATION, Kind, Owner, Severity, Topic

_SIGN_ON = Topic(
    SIGNING_IN, Owner.PERSON, "Sign-ins to apps through Limen", "A sign-in to an app through Limen", (SESSIONS,)
)
_CLIENT = Topic(SIGNING_IN, Owner.LIMEN)
_REFUSED = Topic(
    SIGNING_IN, Owner.PERSON, "What apps and sign-in services sent that was refused", "What an app sent was refused"
)

KINDS: Final = (
    Kind("sso.signed_in", "Signed in to an app", _SIGN_ON, AUTHENTICATION, 1, app_filters=(OPENED,)),
    Kind("sso.consented", "Agreed to what an app may know", _SIGN_ON, AUTHENTICATION, 99, app_filters=(OPENED,)),
    Kind(
        "sso.token_reused",
        "A code or token was used twice: the sign-in to the app was ended",
        _SIGN_ON,
        AUTHENTICATION,
        99,
        severity=Severity.HIGH,
        app_filters=(OPENED,),
    ),
    Kind(
        "sso.token_repeated",
        "A refresh token was used again within seconds, by the same app",
        _SIGN_ON,
        AUTHENTICATION,
        99,
        app_filters=(OPENED,),
    ),
    Kind("sso.sign_out_told", "An app was notified of a sign-out", _SIGN_ON, AUTHENTICATION, 2, app_filters=(OPENED,)),
    Kind("sso.device_let_in", "Let a device sign in to an app", _SIGN_ON, AUTHENTICATION, 99, app_filters=(OPENED,)),
    Kind(
        "sso.device_refused",
        "Refused a device that somebody else had begun to sign in",
        _SIGN_ON,
        AUTHENTICATION,
        99,
        severity=Severity.HIGH,
        app_filters=(OPENED,),
    ),
    Kind(
        "sso.device_code_wrong",
        "Typed a code that no device shows",
        _SIGN_ON,
        AUTHENTICATION,
        99,
    ),
    Kind("sso.sign_in_ended", "A sign-in to an app was ended", _SIGN_ON, AUTHENTICATION, 2, app_filters=(OPENED,)),
    Kind("sso.acted_for", "A program acts for a person at an app", _SIGN_ON, AUTHENTICATION, 99, app_filters=(OPENED,)),
    Kind(
        "sso.second_factor_stated",
        "Microsoft Entra ID was told of a second factor",
        _SIGN_ON,
        AUTHENTICATION,
        99,
        app_filters=(OPENED,),
    ),
    Kind(
        "sso.workload_key_added",
        "A key was added by which a workload gets tokens",
        _CLIENT,
        ACCOUNT,
        99,
        acknowledged=True,
    ),
    Kind(
        "sso.workload_key_removed",
        "A workload's key was removed, with everything issued for it",
        _CLIENT,
        ACCOUNT,
        99,
        acknowledged=True,
    ),
    Kind(
        "sso.client_refused",
        "What an app sent, or somebody in its name, was refused",
        _REFUSED,
        AUTHENTICATION,
        99,
        app_filters=(FAILURES,),
        shown=("detail",),
        by_strangers=True,
    ),
    Kind("sso.key_made", "A key that sign-ins are signed with was created", _CLIENT, ACCOUNT, 99, acknowledged=True),
    Kind(
        "sso.keys_discarded",
        "All keys that sign-ins are signed with were discarded",
        _CLIENT,
        ACCOUNT,
        99,
        acknowledged=True,
        severity=Severity.HIGH,
    ),
    Kind(
        "sso.upstream_refused",
        "What came from an upstream sign-in service was refused",
        _REFUSED,
        AUTHENTICATION,
        99,
        app_filters=(FAILURES,),
        shown=("detail",),
        by_strangers=True,
    ),
    Kind(
        "sso.upstream_failed",
        "An upstream sign-in service didn't answer as it should",
        _REFUSED,
        AUTHENTICATION,
        99,
        app_filters=(FAILURES,),
        shown=("detail",),
        by_strangers=True,
    ),
    Kind(
        "sso.upstream_secret_kept",
        "A secret for an upstream sign-in service was stored",
        _CLIENT,
        ACCOUNT,
        99,
        acknowledged=True,
    ),
    Kind("sso.secret_made", "A client secret was created for an app", _CLIENT, ACCOUNT, 99, acknowledged=True),
)
