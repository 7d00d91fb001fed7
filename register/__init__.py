"""Plants of public registers, what they probably have, claims to them; what a plant like yours usually lists."""
