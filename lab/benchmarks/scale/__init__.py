"""Measure what millions of rows cost: `python -m lab.benchmarks.scale`."""
