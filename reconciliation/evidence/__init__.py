"""A signed day as files to keep: CSV, JSON, PDF. Pure: what was hashed goes in, bytes come out.

The canonical JSON is the evidence; the other files only make it readable.
"""
