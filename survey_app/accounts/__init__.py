"""People: sign-in, roles, and the sectors and places a role reaches."""
