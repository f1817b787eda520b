"""Named reads that the API and the pages share. Each reads as the reader role, of one portal."""
