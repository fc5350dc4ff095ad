"""Playing conversations against the running system and scoring the replies."""
