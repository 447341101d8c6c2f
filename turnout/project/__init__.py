"""A policy on disk: its configuration, which files it is, its versions in git."""
