"""Looking for events: a query in the usual words of searches, asked of the store and the journal at once."""
