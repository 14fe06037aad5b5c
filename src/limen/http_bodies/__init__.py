"""What a body of HTTP holds: its content codings undone, and the documents in it, as they come and within bounds."""
