"""From text to `Policy`: parse, resolve and format; every name resolved, every value typed."""
