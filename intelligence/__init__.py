"""Turn rows into scores and forecasts: pure functions, which ask no database and no HubSpot. Their
jobs stand in workers/, their queries in sql/queries/intelligence."""
