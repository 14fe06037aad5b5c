"""One sign-in for every app: the protocols by which apps ask Limen who somebody is."""
