"""TinySAM as MindSpore cells, and its checkpoints."""
