"""What people see on the sign-in host: sign-in, the portal, "Not yet", and the console.

Pages are real forms and links. What only a script can do (or a program with a passkey of its own) is JSON; each body
holds `csrf`, the token of a page read before with the same cookies (the value of its field `csrf`), and each request
the sign-in host's own Origin. `CREDENTIAL` is what `credential.toJSON()` gives, `OPTIONS` what it is to be made from.

| POST | beside `csrf` | answer |
|---|---|---|
| /sign-in/options | | {"options": OPTIONS} |
| /sign-in/passkey | credential, to? | {"location": PATH} and the session's cookie |
| /enrol/options | token, name?, email? | {"options": OPTIONS} |
| /enrol/passkey | token, credential, name?, email? | {"location": PATH} and the session's cookie |
| /step-up/options | | {"options": OPTIONS} |
| /step-up/passkey | credential, app, to? | {"location": URL} and the session's new cookie |
| /passkeys/options | | {"options": OPTIONS} |
| /passkeys/add | credential | {"location": PATH} |

`name` and `email` are read for the first administrator only. What goes wrong is `{"what": …, "fix": …}` with a status
of 400 (not accepted), 401 (not signed in), 403 (not permitted, or not from our page), 429 (slowed) or 503 (busy);
`{"location": "/step-up?…"}` asks for a fresh proof first.
"""

from __future__ import annotations

from limen.web.build import build
from limen.web.ports import Ports

__all__ = ["Ports", "build"]
