"""What pages and their forms stand on: from a request to what it is answered."""
