"""Measure how right scores and forecasts are: `python -m lab.benchmarks.intelligence`.

Tuned on the seeds 1 to 5, judged on 11 to 20.
"""

TUNED_ON, JUDGED_ON = range(1, 6), range(11, 21)
