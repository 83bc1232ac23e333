"""The operating manual: every chapter is written from the live configuration. Pure."""

from monitoring.manual.chapters import CHAPTERS, Chapter, digest_of

__all__ = ["CHAPTERS", "Chapter", "digest_of"]
