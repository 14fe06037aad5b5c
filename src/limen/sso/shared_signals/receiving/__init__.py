"""What services that share signals tell Limen: whom Limen believes, by which stream, and what comes of it."""
