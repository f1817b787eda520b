"""The REST API: everything of a portal's copy as JSON, under one OpenAPI document."""
