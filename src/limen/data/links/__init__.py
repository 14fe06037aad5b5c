"""Sharing links of cloud drives: seen soon after they are made, judged by the rules, and taken away if need be."""
