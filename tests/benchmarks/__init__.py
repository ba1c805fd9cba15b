"""Benchmarks, not tests: `make bench` prints what this machine does with them, as JSON."""
