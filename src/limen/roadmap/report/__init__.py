"""The roadmap's report for whoever stands outside: insurer, bank, auditor, customer. Signed, and checked offline."""
