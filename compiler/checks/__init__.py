"""The checks, one module each: questions about regions, answered with findings."""
