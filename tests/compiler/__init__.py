"""Policies as sets of leads: what is found, said, drawn and compared."""
