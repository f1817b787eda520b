"""What HubSpot says, in our words: HTTP and JSON only; no SQL, no queue."""
