"""The tests mirror annotator/; what several of them need is in conftest.py and fakes.py."""
