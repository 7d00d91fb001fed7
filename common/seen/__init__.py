"""What those who keep the machine see of it: the request that a line of the log belongs to, lines, counters."""
