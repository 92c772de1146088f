"""The report as a document, and the document as HTML, Markdown, CSV and on a terminal."""
