"""What an operator runs it by: signs of life for machines, figures, lines of the log, errors told."""
