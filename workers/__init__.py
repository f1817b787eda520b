"""Let HubSpot and Postgres meet: ingest, fetch, backfill, reconcile, verify, and the clock."""
