"""OpenID Connect and OAuth 2 as provider. Each code, token and refresh is a decision about that app at that moment."""
