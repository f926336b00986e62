"""Benchmarks: figures and ratios against a baseline measured in the same run; no test depends on them."""
