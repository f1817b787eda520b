"""Records like a real portal's, from a seed: the same seed and counts give the same portal, byte
for byte."""
