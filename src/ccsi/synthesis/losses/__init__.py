"""Losses of the synthesis as pure functions: tensors in, a scalar out. One file per family."""
