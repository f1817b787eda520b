"""Reach Postgres: connections, migrations, and the statements of sql/queries by name. Knows nothing
of HubSpot's API."""
