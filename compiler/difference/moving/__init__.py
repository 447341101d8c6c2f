"""The leads that move between two versions, piece by piece, proved and in words."""
