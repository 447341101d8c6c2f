"""Common ground of two versions: one schema, the same meanings, lines that can be compared."""
