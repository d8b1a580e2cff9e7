"""Reports of an evaluation in words: HTML, PDF, an index page and lines for a terminal.

``html.render_html``, ``pdf.render_pdf``, ``index.render_index`` and
``summary.summary_lines`` are imported from their modules, so that nothing
heavy is loaded before it is used.
"""
