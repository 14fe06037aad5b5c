"""Who hears of a case, by which channel and when: words that no log line can change, and secrets that nobody sees."""
