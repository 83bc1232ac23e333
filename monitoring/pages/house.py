"""What the frame says about the house itself: connection lights and the sentences on top."""

from django.http import HttpRequest

from monitoring.kit.frame import Status


def status(request: HttpRequest) -> Status:
    return Status()
