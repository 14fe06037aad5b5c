"""Reviews: who has access, how they got it and whether they use it, looked through by those who answer for it."""
