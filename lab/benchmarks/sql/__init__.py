"""sql: how long every metric and every page of a view takes, at the real portal's size and at ten
times that."""
