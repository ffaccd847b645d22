"""Long work as jobs: asked for in the case database, done by a process of its own."""
