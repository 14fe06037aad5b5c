"""Where apps and browsers meet Limen's single sign-on."""
