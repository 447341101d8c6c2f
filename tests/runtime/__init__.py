"""Leads into decisions: reading, drawing, time, and what is kept."""
