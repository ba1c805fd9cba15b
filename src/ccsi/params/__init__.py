"""Typed parameters: one file per section of params.yaml, so that a stage reads only its own."""
