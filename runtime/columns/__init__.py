"""Leads as columns: what a table says is read once a distinct text, not once a lead.

Everything here needs the extra `arrow` (Arrow and numpy), and decides exactly as the engine
does with one lead after the other.
"""
