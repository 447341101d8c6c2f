"""From `Policy` to what can be proved, drawn and run."""
