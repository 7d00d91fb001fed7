"""What `bench-planning` is made of: instances, peers, and regions apart."""
