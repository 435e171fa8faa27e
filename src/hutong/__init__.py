"""Hutong 互通: run a technology exchange, and join exchanges into one national network."""

__version__ = "0.1.0"
