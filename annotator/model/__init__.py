"""TinySAM as MindSpore cells, and its checkpoints."""

import os

# MindSpore's oneDNN falls back to scalar code for most convolutions on AVX-512 machines; capping the instruction set
# avoids it and costs other processors nothing. oneDNN reads this once, when mindspore is first imported.
os.environ.setdefault("ONEDNN_MAX_CPU_ISA", "AVX2_VNNI")
