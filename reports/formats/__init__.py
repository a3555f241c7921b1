"""Writers of one study: web page, Word, PDF, Excel, JSON, CSV, GIS, terminal."""
