"""What every stage script stands on: declared parameters, clean outputs, locks, progress."""
