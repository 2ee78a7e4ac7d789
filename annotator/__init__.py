"""Label images with TinySAM: click, get a mask, save COCO."""

__version__ = "0.1.0"
