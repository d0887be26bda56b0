"""Tickets, connections and streams of real time, in the `ephemeral` table."""
