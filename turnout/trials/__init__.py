"""A policy tried out: tests in the language, tests that are generated, samples of leads."""
