"""The commands of the command line, a module per group: each calls one thing and says what came of
it."""
