"""The fault table: real faults in real processes, one module per family. `python -m faults` runs them all."""
