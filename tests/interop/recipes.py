"""The pages that tell how an app is set up, so that tests run what they say."""

from __future__ import annotations

import re

from tests.interop.fronts import HOW_TO


def block(page: str, fence: str, place: int = 0) -> str:
    """A fenced block of a how-to, as it stands there."""
    text = (HOW_TO / f"{page}.md").read_text("utf-8")
    return re.findall(rf"```{fence}\n(.*?)```", text, re.DOTALL)[place]
