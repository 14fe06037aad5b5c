"""What the agent and Limen say to each other: docs/explanation/agent-wire.md, one side of it."""
