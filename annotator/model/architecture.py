"""The sizes of TinySAM, and the tensors a checkpoint must hold.

Sizes from TinyViT-5M (arXiv 2207.10666), the Segment Anything decoder (arXiv 2304.02643) and TinySAM
(arXiv 2312.13789); tensor names are those of the public PyTorch checkpoints. Sizes that depend on the image are not
here: the same weights run at any image_size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Stage:
    """One stage of window-attention blocks; `stride` is that of the patch merging in front of it."""

    width: int
    blocks: int
    heads: int
    window: int
    stride: int


# Image encoder.
STEM_WIDTH = 64
CONV_BLOCKS = 2
CONV_EXPANSION = 4
STAGES = (
    Stage(width=128, blocks=2, heads=4, window=7, stride=2),
    Stage(width=160, blocks=6, heads=5, window=14, stride=2),
    Stage(width=320, blocks=2, heads=10, window=7, stride=1),
)
MLP_EXPANSION = 4
CLASSES = 1000  # of the classifier that training on ImageNet left behind

# Prompt encoder and mask decoder.
EMBED = 256
EMBED_STRIDE = 16  # input pixels per embedding cell
MASK_STRIDE = 4  # input pixels per mask logit
MASK_WIDTHS = (4, 16)
DECODER_BLOCKS = 2
DECODER_HEADS = 8
CROSS_WIDTH = EMBED // 2
DECODER_MLP = 2048
MASKS = 4  # mask tokens; the first one, for unambiguous prompts, is not used by TinySAM
UPSCALED = (64, 32)

BATCH_NORM = ("bn.weight", "bn.bias", "bn.running_mean", "bn.running_var", "bn.num_batches_tracked")
UNUSED_PREFIXES = ("image_encoder.norm_head.", "image_encoder.head.")


def tensor_shapes() -> dict[str, Shape]:
    """Name and shape of every tensor of a checkpoint in its stored form (BatchNorm apart), in the public file's order.

    Those under UNUSED_PREFIXES may be missing.
    """
    shapes = dict(_image_encoder("image_encoder"))
    shapes.update(_prompt_encoder("prompt_encoder"))
    shapes.update(_mask_decoder("mask_decoder"))
    return shapes


def conv_norm_names() -> list[str]:
    """The prefixes of all convolutions that are followed by a BatchNorm: `<prefix>.c.weight`, `<prefix>.bn.*`."""
    return [name.removesuffix(".c.weight") for name in tensor_shapes() if name.endswith(".c.weight")]


def attention_names() -> list[str]:
    """The prefixes of the decoder's attentions: `<prefix>.q_proj.weight` and so on."""
    return [name.removesuffix(".q_proj.weight") for name in tensor_shapes() if name.endswith(".q_proj.weight")]


Named = Iterator[tuple[str, Shape]]


def _affine(name: str, *weight: int) -> Named:
    """A weight and a bias as long as the weight's first axis."""
    yield f"{name}.weight", weight
    yield f"{name}.bias", weight[:1]


def _conv_norm(name: str, out: int, inner: int, kernel: int) -> Named:
    yield f"{name}.c.weight", (out, inner, kernel, kernel)
    for part in BATCH_NORM:
        yield f"{name}.{part}", () if part.endswith("num_batches_tracked") else (out,)


def _merging(name: str, inner: int, out: int) -> Named:
    yield from _conv_norm(f"{name}.conv1", out, inner, 1)
    yield from _conv_norm(f"{name}.conv2", out, 1, 3)
    yield from _conv_norm(f"{name}.conv3", out, out, 1)


def _conv_block(name: str, width: int) -> Named:
    hidden = width * CONV_EXPANSION
    yield from _conv_norm(f"{name}.conv1", hidden, width, 1)
    yield from _conv_norm(f"{name}.conv2", hidden, 1, 3)
    yield from _conv_norm(f"{name}.conv3", width, hidden, 1)


def _window_block(name: str, stage: Stage) -> Named:
    width, hidden = stage.width, stage.width * MLP_EXPANSION
    yield f"{name}.attn.attention_biases", (stage.heads, stage.window * stage.window)
    yield from _affine(f"{name}.attn.norm", width)
    yield from _affine(f"{name}.attn.qkv", 3 * width, width)
    yield from _affine(f"{name}.attn.proj", width, width)
    yield from _affine(f"{name}.mlp.norm", width)
    yield from _affine(f"{name}.mlp.fc1", hidden, width)
    yield from _affine(f"{name}.mlp.fc2", width, hidden)
    yield from _conv_norm(f"{name}.local_conv", width, 1, 3)


def _image_encoder(name: str) -> Named:
    yield from _conv_norm(f"{name}.patch_embed.seq.0", STEM_WIDTH // 2, 3, 3)
    yield from _conv_norm(f"{name}.patch_embed.seq.2", STEM_WIDTH, STEM_WIDTH // 2, 3)
    for block in range(CONV_BLOCKS):
        yield from _conv_block(f"{name}.layers.0.blocks.{block}", STEM_WIDTH)
    inner = STEM_WIDTH
    for index, stage in enumerate(STAGES):
        yield from _merging(f"{name}.layers.{index}.downsample", inner, stage.width)
        for block in range(stage.blocks):
            yield from _window_block(f"{name}.layers.{index + 1}.blocks.{block}", stage)
        inner = stage.width
    yield from _affine(f"{name}.norm_head", inner)
    yield from _affine(f"{name}.head", CLASSES, inner)
    yield f"{name}.neck.0.weight", (EMBED, inner, 1, 1)
    yield from _affine(f"{name}.neck.1", EMBED)
    yield f"{name}.neck.2.weight", (EMBED, EMBED, 3, 3)
    yield from _affine(f"{name}.neck.3", EMBED)


def _prompt_encoder(name: str) -> Named:
    first, second = MASK_WIDTHS
    yield f"{name}.pe_layer.positional_encoding_gaussian_matrix", (2, EMBED // 2)
    for kind in range(4):
        yield f"{name}.point_embeddings.{kind}.weight", (1, EMBED)
    yield f"{name}.not_a_point_embed.weight", (1, EMBED)
    yield f"{name}.no_mask_embed.weight", (1, EMBED)
    yield from _affine(f"{name}.mask_downscaling.0", first, 1, 2, 2)
    yield from _affine(f"{name}.mask_downscaling.1", first)
    yield from _affine(f"{name}.mask_downscaling.3", second, first, 2, 2)
    yield from _affine(f"{name}.mask_downscaling.4", second)
    yield from _affine(f"{name}.mask_downscaling.6", EMBED, second, 1, 1)


def _attention(name: str, width: int) -> Named:
    for part in ("q_proj", "k_proj", "v_proj"):
        yield from _affine(f"{name}.{part}", width, EMBED)
    yield from _affine(f"{name}.out_proj", EMBED, width)


def _three_layers(name: str, out: int) -> Named:
    for layer, width in enumerate((EMBED, EMBED, out)):
        yield from _affine(f"{name}.layers.{layer}", width, EMBED)


def _mask_decoder(name: str) -> Named:
    for block in range(DECODER_BLOCKS):
        layer = f"{name}.transformer.layers.{block}"
        yield from _attention(f"{layer}.self_attn", EMBED)
        yield from _attention(f"{layer}.cross_attn_token_to_image", CROSS_WIDTH)
        yield from _attention(f"{layer}.cross_attn_image_to_token", CROSS_WIDTH)
        for norm in (1, 2, 3, 4):
            yield from _affine(f"{layer}.norm{norm}", EMBED)
        yield from _affine(f"{layer}.mlp.lin1", DECODER_MLP, EMBED)
        yield from _affine(f"{layer}.mlp.lin2", EMBED, DECODER_MLP)
    yield from _attention(f"{name}.transformer.final_attn_token_to_image", CROSS_WIDTH)
    yield from _affine(f"{name}.transformer.norm_final_attn", EMBED)
    yield f"{name}.iou_token.weight", (1, EMBED)
    yield f"{name}.mask_tokens.weight", (MASKS, EMBED)
    # Transposed convolutions store (in, out, kernel, kernel).
    yield f"{name}.output_upscaling.0.weight", (EMBED, UPSCALED[0], 2, 2)
    yield f"{name}.output_upscaling.0.bias", (UPSCALED[0],)
    yield from _affine(f"{name}.output_upscaling.1", UPSCALED[0])
    yield f"{name}.output_upscaling.3.weight", (*UPSCALED, 2, 2)
    yield f"{name}.output_upscaling.3.bias", (UPSCALED[1],)
    for mask in range(MASKS):
        yield from _three_layers(f"{name}.output_hypernetworks_mlps.{mask}", UPSCALED[1])
    yield from _three_layers(f"{name}.iou_prediction_head", MASKS)
