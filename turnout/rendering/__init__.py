"""Findings and decisions as people and programs read them; nothing is decided here."""
