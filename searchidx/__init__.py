"""Full-text search for dated news archives."""
