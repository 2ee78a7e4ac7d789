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

struct Table {
    const char* isa;
    int panel;  // outputs in a panel of packed weights
    bool (*patch_embed)(const PatchEmbed&);
    bool (*bottleneck)(const Bottleneck&);
    bool (*window_attention)(const WindowAttention&);
    bool (*conv_mlp)(const ConvMlp&);
    bool (*neck)(const Neck&);
};

}  // namespace ts
