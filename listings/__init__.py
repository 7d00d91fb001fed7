"""What is offered and sought."""
