"""A package, so that what is scoped to it (the browser, the shared Harbor) ends with it."""
