"""Questions that are asked of a program: who is left, reached, sure, lost, or counted."""
