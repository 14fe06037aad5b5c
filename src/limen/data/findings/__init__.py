"""What was found in what passed: what people said about it, and what somebody made of it."""
