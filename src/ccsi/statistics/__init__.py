"""Sums over features that stand in for old images, and the heads that are solved from them."""
