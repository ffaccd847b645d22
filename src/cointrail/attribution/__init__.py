"""Tags and actors: claims, each with its source and date."""
