"""Benchmarks: each measures Proto-DDF and a peer in the same run and prints the ratio."""
