"""Access that a vendor let us renew, encrypted."""

from django.db import models

from integrations.models.connections import Connection


class RenewedTokens(models.Model):
    """The newest tokens of one connection, as ciphertext bound to it.

    `issued_from` is a digest of the configured refresh token: a newly configured one wins.
    """

    connection = models.OneToOneField(Connection, models.CASCADE, related_name="renewed_tokens")
    ciphertext = models.TextField()
    issued_from = models.CharField(max_length=64)
    renewed_at = models.DateTimeField()
