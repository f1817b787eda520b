"""Put HubSpot's answers into our words: HTTP and JSON only; no SQL, no queue."""
