"""Regions in the policy's own words."""
