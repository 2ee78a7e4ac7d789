// What each kernel is given, and the table of implementations for one instruction set.
//
// Activations are float32, pixel by pixel (height, width, channels): a pixel's channels are contiguous. Weights of
// matrix products are packed (gemm.h). Channel counts are multiples of kChannelStep. Every kernel returns false when
// memory ran out, and gives the same bits for any number of threads.
#pragma once

#include <cstddef>

namespace ts {

// The widest panel of any instruction set, so that a network that fits one fits all.
constexpr int kChannelStep = 32;

constexpr int kHeads = 8;  // of the decoder's attentions over an image

// Two 3 x 3 convolutions of stride 2 with a GELU between them: (3, size, size) planes to (size / 4, size / 4, outputs).
struct PatchEmbed {
    const float* image;
    int height, width;  // multiples of 4
    const float *first, *first_bias;
    int hidden;
    const float *second, *second_bias;
    int outputs;
    float* y;
};

// 1 x 1 convolution, GELU, depthwise 3 x 3, GELU, 1 x 1 convolution; with `residual`, x is added and a third GELU
// follows.
struct Bottleneck {
    const float* x;
    int height, width, channels;
    const float *expand, *expand_bias;
    int hidden;
    const float *depthwise, *depthwise_bias;  // (3, 3, hidden)
    int stride;
    const float *project, *project_bias;
    int outputs;
    bool residual;
    float* y;  // ((height - 1) / stride + 1, (width - 1) / stride + 1, outputs)
};

// x + attention in windows of window x window pixels. The norm's scale and shift are folded into `qkv`, and so is the
// query scale. Windows that stick out at the bottom and right see zeros there *before* the norm, so those keys and
// values are the bias.
struct WindowAttention {
    const float* x;
    int height, width, channels;  // channels = heads * 32
    int heads, window;
    const float *qkv, *qkv_bias;  // head by head: 32 rows of q, 32 of k, 32 of v
    const float* position;  // (heads, window^2, keys): bias of each pair; keys = window^2 rounded up to kChannelStep
    int keys;
    const float *project, *project_bias;
    float* y;
};

// z = depthwise 3 x 3 of x; y = z + MLP(norm(z)), the norm's scale and shift folded into `expand`.
struct ConvMlp {
    const float* x;
    int height, width, channels;
    const float *depthwise, *depthwise_bias;  // (3, 3, channels)
    const float *expand, *expand_bias;
    int hidden;
    const float *project, *project_bias;
    float* y;
};

// 1 x 1 convolution, norm over channels, 3 x 3 convolution, norm over channels: to planes (outputs, height, width).
struct Neck {
    const float* x;
    int height, width, channels;
    const float *reduce, *reduce_scale, *reduce_shift;
    const float *mix, *mix_scale, *mix_shift;
    int outputs;
    float* y;
};

// y = x weight^T + bias for few rows, with a ReLU if asked, or, where there is a residual, the norm of that plus y.
struct Dense {
    const float* x;
    int rows, depth;
    const float *weight, *bias;
    int outputs;
    bool relu;
    const float *residual, *scale, *shift;  // (rows, outputs), (outputs), (outputs), or null
    float* y;
};

// What P earlier masks' logits add to the cells of an image, as their states (decoder_cells.h): a scale of 1, and
// kWidth channels of two 2 x 2 convolutions of stride 2, each with a norm over channels and GELU.
struct MaskPrompt {
    static constexpr int kInner = 4, kWidth = 16;  // channels after the first and the second convolution

    const float* logits;  // (prompts, 4 grid, 4 grid)
    int prompts, grid;
    const float *first, *first_bias, *first_scale, *first_shift;      // (kInner, 2 x 2), not packed
    const float *second, *second_bias, *second_scale, *second_shift;  // (kWidth, 2 x 2 x kInner), not packed
    float* y;                                                         // (prompts, grid^2, 1 + kWidth)
};

// Attention of P prompts' tokens, in several heads, over the cells of an image whose states are given
// (decoder_cells.h). Every head of every token is a column, token * kHeads + head. The weights are the softmax over the
// cells of queries . (scale * keys + places) + shares . state. y is their sum over scale * values, and over the states.
struct TokensToImage {
    static constexpr int kChunk = 192;  // cells whose sums are kept apart in the workspace

    const float *keys, *places, *values;  // (cells, depth, kHeads)
    int cells, depth;
    const float* state;      // (cells, state_depth) for all prompts, or for each
    ptrdiff_t state_stride;  // between prompts, or 0
    int state_depth;
    const float* queries;  // of each prompt packed: `columns` outputs, `depth` deep
    const float* shares;   // and `state_depth` deep
    int prompts, columns;
    float* workspace;  // for each prompt and chunk: (depth + state_depth + 2) x columns
    float* y;          // (prompts, depth + state_depth, columns)
};

// Attention of the cells over P prompts' tokens, with residual and norm: from the cells' states to their next. The
// scores of a cell are keys . (scale * queries + places) + shares . state, and their softmax, over the tokens of each
// head, joins the state. The norm is that of scale * image + rows . state, which must have a mean of zero; its scale
// and shift are the caller's to put into what is next. Only the first new_depth - state_depth columns are in use.
struct ImageToTokens {
    const float *queries, *places;  // (cells, depth, kHeads)
    int cells, depth;
    const float* image;  // (cells, channels)
    int channels;
    const float* state;      // (cells, state_depth) for all prompts, or for each
    ptrdiff_t state_stride;  // between prompts, or 0
    int state_depth;
    const float* keys;    // of each prompt packed: `columns` outputs, `depth` deep
    const float* shares;  // and `state_depth` deep
    int prompts, columns;
    const float* rows;  // of each prompt packed: `channels` outputs, `new_depth` deep
    int new_depth;
    float* y;  // (prompts, cells, new_depth)
};

// Two transposed 2 x 2 convolutions of stride 2, the first with a norm over channels, both with GELU, and for each
// prompt the products of every pixel with the weights of its masks. The first one is scale * image + rows . state +
// bias.
struct Masks {
    const float* image;  // (grid^2, 4 width), outputs (2, 2, width)
    int grid, width;
    const float* state;  // (prompts, grid^2, state_depth)
    int prompts, state_depth;
    const float* rows;  // of each prompt packed: 4 width outputs, state_depth deep
    const float *first_bias, *scale, *shift;
    const float *second, *second_bias;  // outputs (2, 2, depth)
    int second_outputs;
    const float* weights;  // (prompts, masks, depth)
    int masks;
    float* y;  // (prompts, masks, 4 grid, 4 grid)
};

struct Table {
    const char* isa;
    int panel;  // outputs in a panel of packed weights
    bool (*patch_embed)(const PatchEmbed&);
    bool (*bottleneck)(const Bottleneck&);
    bool (*window_attention)(const WindowAttention&);
    bool (*conv_mlp)(const ConvMlp&);
    bool (*neck)(const Neck&);
    bool (*dense)(const Dense&);
    bool (*mask_prompt)(const MaskPrompt&);
    bool (*tokens_to_image)(const TokensToImage&);
    bool (*image_to_tokens)(const ImageToTokens&);
    bool (*masks)(const Masks&);
};

}  // namespace ts
