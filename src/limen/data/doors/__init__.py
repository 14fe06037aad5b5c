"""Where data passes that goes by no page of Limen's: web proxies that ask by ICAP, mail servers by milter, shares."""
