"""Who: people, factors, sign-in, sessions."""
