"""One script per headline figure, each against a named rival in the same run. `python -m benchmarks` runs them all."""
