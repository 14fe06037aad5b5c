"""The proof that a browser and the agent sit on the same machine, asked for by a page of Limen over loopback."""
