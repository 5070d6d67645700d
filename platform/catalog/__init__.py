"""The labs on offer, read from their folders."""
