"""Training: one loop for the first task and for every update."""
