"""What scores and forecasts conclude from rows: pure functions, which ask no database and no
HubSpot. Their jobs stand in workers/, their queries in sql/queries/intelligence."""
