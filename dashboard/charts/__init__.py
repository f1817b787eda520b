"""Charts as SVG, drawn on the server: they are there with the first paint, follow the theme by CSS,
print, and need no script. Each is a pure function from labels and series to markup.

Why no library: the browser's weigh 1 to 5 MB, or need inline styles or eval, which the pages'
Content-Security-Policy forbids. Others draw on a canvas that neither themes nor screen readers
reach.
"""
