"""Text into a policy: parsing, names, values, files, and the canonical form."""
