"""What Limen asks of others, a folder for each vendor: sign in, page, back off, and nothing of what it means."""
