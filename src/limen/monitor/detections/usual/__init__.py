"""What is usual for a person, or for those who work with them, and what is not."""
