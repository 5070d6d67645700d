"""Pictures drawn on the server as HTML and SVG: no inline style, no script, a table behind each."""
