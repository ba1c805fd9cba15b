"""Losses of training as pure functions: tensors in, a scalar out. One file per family.

Those of the synthesis are in ccsi.synthesis.losses.
"""
