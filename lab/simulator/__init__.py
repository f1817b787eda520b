"""A HubSpot over HTTP, for tests, benchmarks and the demo: API, webhooks, rate limits and a
portal's messy records.

It is the only fake we allow ourselves, so it keeps HubSpot's irregularities instead of smoothing
them. Among them are directional association types, 207s, bodies of 429s, and archives that do not
move the modified date. Run it with `python -m lab.simulator --help`.
"""
