"""Many runs beside each other: which belong together, and what may be said about them."""
