"""The network: normalisation, residual trunk, heads, and the classifier they make."""
