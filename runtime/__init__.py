"""Leads in, decisions out."""
