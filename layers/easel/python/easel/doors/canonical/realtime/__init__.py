"""Tickets, and the events of one generation."""
