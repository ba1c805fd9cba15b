"""Where learning computes: one process on the CPU, an accelerator, several processes."""
