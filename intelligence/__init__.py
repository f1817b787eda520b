"""Turn rows into scores and forecasts: pure functions, whose jobs stand in workers/."""
