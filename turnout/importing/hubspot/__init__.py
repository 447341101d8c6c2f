"""Workflows of HubSpot, in the documented form of its automation API (v4): who owns a record."""
