"""Labels that travel with documents: read, written, and told apart from forged ones."""
