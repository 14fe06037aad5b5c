"""Documents as people make them, and what is read of them."""
