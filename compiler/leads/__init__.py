"""Leads as sets: domains, spaces, regions of boxes, and what is left of one by others."""
