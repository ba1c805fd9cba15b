"""What the stage scripts share: declared parameters, clean outputs, locks, progress."""
