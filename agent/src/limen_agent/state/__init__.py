"""What the agent remembers, in a folder that only its own user can read; nothing of it is ever renewed in silence."""
