"""What ends a command that runs until it is told to stop."""

from __future__ import annotations

import signal


def end_in_order() -> None:
    """Have SIGTERM do what Ctrl-C does: KeyboardInterrupt, so that everything is closed.

    Uvicorn raises a caught SIGTERM once more after it has ended. Left to its default it would kill the process there,
    before the journal is closed. A process that a script starts with `&` begins with SIGINT ignored: nothing but
    SIGKILL would end it.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
