"""Builders of the smallest valid thing, one file per package."""
