"""How soon the API and the pages answer while many ask at once."""
