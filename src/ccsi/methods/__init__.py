"""Methods: one file each, and a table that loads them by name."""
