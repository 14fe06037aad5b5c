"""Sign in with what is there: an upstream OpenID Connect issuer, taken for what it proves and no more."""
