"""One script per headline figure, each against a named rival in the same run. `python -m
lab.benchmarks` runs them all."""
