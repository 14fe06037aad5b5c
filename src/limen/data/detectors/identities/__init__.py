"""Numbers of people and companies: tax, social security, health insurance, identity documents, by country."""
