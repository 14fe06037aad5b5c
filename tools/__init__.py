"""Programs for whoever works on Limen. A package of its own, since wheels of others bring a folder of this name."""
