"""`python -m limen_agent`."""

from __future__ import annotations

import sys

from limen_agent.cli.main import main

sys.exit(main())
