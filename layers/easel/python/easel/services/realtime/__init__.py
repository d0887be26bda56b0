"""What clients follow live: tickets, the stream of one generation, the stream of a workspace."""
