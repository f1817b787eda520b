"""Make a large portal's records from a seed: seven entities, as Parquet, for `spoke generate`."""
