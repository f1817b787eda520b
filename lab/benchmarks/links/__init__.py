"""How often links are right: pairs whose truth is known, through the real tables and views, beside
simpler joins."""
