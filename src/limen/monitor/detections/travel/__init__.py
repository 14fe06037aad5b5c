"""Sign-ins of one person from places that are too far apart to have been at both."""
