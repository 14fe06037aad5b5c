"""The example company Harbor, live: small real apps behind the real doors, and people who sign in over HTTP."""
