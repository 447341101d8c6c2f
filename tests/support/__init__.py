"""What several tests stand on: drawn policies, counted leads, references, fixtures of text."""
