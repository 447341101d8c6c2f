"""Turnout's tests: golden cases, laws, and the promises of README and docs."""
