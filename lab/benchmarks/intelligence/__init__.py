"""What scores, forecasts and findings are worth, on markets and sentences that nothing was tuned
on: `make bench-intelligence`."""
