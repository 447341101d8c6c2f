"""The commands of `turnout`, one module each."""
