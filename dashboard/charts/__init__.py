"""Charts as SVG, drawn on the server: they are there with the first paint, follow the theme by CSS,
print, and need no script. Each is a pure function from labels and series to markup.

Why no library: those of the browser weigh 1 to 5 MB, need inline styles or eval that the pages'
Content-Security-Policy forbids, or draw on a canvas that neither themes nor screen readers reach.
"""
