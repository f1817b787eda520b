"""Receive: verify a delivery, make it durable, answer. Never touches Postgres."""
