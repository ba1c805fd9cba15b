"""Cholesky's factor of a large matrix in the matrix's own memory, and what is computed from it.

A matrix of 6,000 features takes 288 MB, so that every copy counts.
"""

from __future__ import annotations

import torch
from torch import Tensor


def factor_in_place(matrix: Tensor) -> Tensor:
    """The lower L [d, d] with L L' = matrix, symmetric and positive definite, which L overwrites.

    Raises torch.linalg.LinAlgError where it is not.
    """
    # Symmetric, so its transpose is itself, in the column order that LAPACK needs.
    columns = matrix.T
    factor: Tensor = torch.linalg.cholesky(columns, out=columns)
    return factor


def solved(factor: Tensor, right: Tensor) -> Tensor:
    """(L L')^-1 right: [d, d], [d, k] -> [d, k]."""
    half = torch.linalg.solve_triangular(factor, right, upper=False)
    solution: Tensor = torch.linalg.solve_triangular(factor.T, half, upper=True)
    return solution


def trace_of_inverse(factor: Tensor) -> float:
    """The trace of (L L')^-1, which is computed in the memory of the factor: L is used up."""
    return float(torch.cholesky_inverse(factor, out=factor).diagonal().sum())
