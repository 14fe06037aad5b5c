"""What is looked at. Each collector says what it saw, or that it could not; none says whether that is good."""
