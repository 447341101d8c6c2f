"""Leads as sets: partitions, spaces, regions of boxes, and what is left of one by others."""
