"""Studies: many runs written down beforehand, what they will cost, and where they stand."""
