"""This venue in a network with SZTE and SDTE."""

from hutong.network.projects.tests.conftest import joined

__all__ = ["joined"]
