"""The fault table: real faults in real processes, one module per family. `python -m lab.faults`
runs them all."""
