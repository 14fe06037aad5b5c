"""What the agent and Limen say to each other: docs/reference/agent-wire.md, one side of it."""
