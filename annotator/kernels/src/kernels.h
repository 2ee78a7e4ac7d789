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

// x + the embedding of P earlier masks' logits: two 2 x 2 convolutions of stride 2, each with a norm over channels and
// GELU, and one of 1 x 1.
struct MaskPrompt {
    static constexpr int kInner = 4, kWidth = 16;  // channels after the first and the second convolution

    const float* x;  // (grid^2, channels), for all prompts
    int channels;
    const float* logits;  // (prompts, 4 grid, 4 grid)
    int prompts, grid;
    const float *first, *first_bias, *first_scale, *first_shift;      // (kInner, 2 x 2), not packed
    const float *second, *second_bias, *second_scale, *second_shift;  // (kWidth, 2 x 2 x kInner), not packed
    const float *widen, *widen_bias;
    float* y;  // (prompts, grid^2, channels)
};

// Attention of P prompts' tokens, in several heads, over the cells of an image: y = softmax over the cells of
// (queries . (x + positions)), times x. Every head of every token is a column with a query of its own, into which the
// key projection went; the value projection comes after this.
struct TokensToImage {
    static constexpr int kChunk = 192;  // cells whose sums are kept apart in the workspace

    const float* x;      // (cells, channels) for all prompts, or for each
    ptrdiff_t x_stride;  // between prompts, or 0
    const float* positions;
    int cells, channels;
    const float* queries;  // of each prompt packed: `columns` outputs, `channels` deep
    int prompts, columns;
    float* workspace;  // for each prompt and chunk: (channels + 2) x columns
    float* y;          // (prompts, columns, channels)
};

// The same over the cells' own keys and values, one set for all prompts: y = softmax over the cells of (queries . keys),
// times values. A column is token * kHeads + head.
struct TokensToHeads {
    static constexpr int kChunk = 192;  // cells whose sums are kept apart in the workspace

    const float *keys, *values;  // (cells, depth, kHeads)
    int cells, depth;
    const float* queries;  // of each prompt packed: `columns` outputs, `depth` deep
    int prompts, columns;
    float* workspace;  // for each prompt and chunk: (depth + 2) x columns
    float* y;          // packed as the queries are
};

// Attention of the cells over P prompts' tokens: norm(x + bias + softmax over a head's tokens of (keys . (x +
// positions) + key_bias), times values). A column is token * kHeads + head; the query projection went into the keys,
// the output projection into the values. Columns that only fill a panel have a key bias of -1e30.
//
// Where the cells' own queries are known, the scores are (keys . queries + key_bias) instead.
struct ImageToTokens {
    const float* x;      // (cells, channels) for all prompts, or for each
    ptrdiff_t x_stride;  // between prompts, or 0
    const float* positions;  // null where there are queries
    const float* queries;    // (cells, depth, kHeads) for all prompts, or null
    int cells, channels;
    int depth;                     // of the keys: that of the queries, else `channels`
    const float *keys, *key_bias;  // of each prompt packed: `columns` outputs, `depth` deep
    const float* values;           // of each prompt packed: `channels` outputs, `columns` deep
    int prompts, columns;
    const float *bias, *scale, *shift;
    float* y;  // (prompts, cells, channels); may be x
};

// Two transposed 2 x 2 convolutions of stride 2, the first with a norm over channels, both with GELU, and for each
// prompt the products of every pixel with the weights of its masks.
struct Masks {
    const float* x;  // (prompts, grid^2, channels)
    int prompts, grid, channels;
    const float *first, *first_bias;  // outputs (2, 2, width)
    int first_outputs;
    const float *scale, *shift;
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
    bool (*tokens_to_heads)(const TokensToHeads&);
    bool (*image_to_tokens)(const ImageToTokens&);
    bool (*masks)(const Masks&);
};

}  // namespace ts
