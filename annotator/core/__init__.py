"""The document and its files; knows nothing of Qt or MindSpore."""
