// The logits of an earlier mask as an addition to the image: two small convolutions, then one to the image's width.
#pragma once

#include "gemm.h"
#include "kernels.h"
#include "pool.h"

namespace TS_ISA {
namespace mask_prompt {

constexpr int kCells = 96;  // an item
constexpr float kEpsilon = 1e-6f;
constexpr int kInner = ts::MaskPrompt::kInner, kWidth = ts::MaskPrompt::kWidth;
static_assert(kWidth == 4 * kInner && kWidth % kLanes == 0, "a cell's values must fill whole registers");

struct Plan {
    ts::MaskPrompt args;
    int cells, blocks;
};

TS_INLINE void gelu_of_cell(float* values) {
    for (int i = 0; i < kWidth; i += kLanes) {
        vec v = load(values + i);
        gelu<1>(&v);
        store(values + i, v);
    }
}

// Norm over the kInner channels of one quarter.
TS_INLINE void norm_quarter(float* values, const float* scale, const float* shift) {
    float mean = 0.0f, variance = 0.0f;
    for (int i = 0; i < kInner; ++i) mean += values[i] / kInner;
    for (int i = 0; i < kInner; ++i) variance += (values[i] - mean) * (values[i] - mean) / kInner;
    const float factor = 1.0f / sqrtf(variance + kEpsilon);
    for (int i = 0; i < kInner; ++i) values[i] = (values[i] - mean) * factor * scale[i] + shift[i];
}

// The 4 x 4 logits of a cell to kWidth channels.
static void shrink(const ts::MaskPrompt& a, const float* logits, ptrdiff_t row, float* out) {
    float quarters[kWidth];
    for (int quarter = 0; quarter < 4; ++quarter) {
        const float* const corner = logits + quarter / 2 * 2 * row + quarter % 2 * 2;
        const float pixels[4] = {corner[0], corner[1], corner[row], corner[row + 1]};
        float* const channels = quarters + quarter * kInner;
        for (int o = 0; o < kInner; ++o) {
            channels[o] = a.first_bias[o];
            for (int i = 0; i < 4; ++i) channels[o] += a.first[o * 4 + i] * pixels[i];
        }
        norm_quarter(channels, a.first_scale, a.first_shift);
    }
    gelu_of_cell(quarters);
    for (int o = 0; o < kWidth; ++o) {
        vec total = splat(0.0f);
        for (int i = 0; i < kWidth; i += kLanes)
            total = fma(load(a.second + o * kWidth + i), load(quarters + i), total);
        out[o] = a.second_bias[o] + sum(total);
    }
    normalize(out, kWidth, kEpsilon, out);
    for (int i = 0; i < kWidth; i += kLanes)
        store(out + i, fma(load(out + i), load(a.second_scale + i), load(a.second_shift + i)));
    gelu_of_cell(out);
}

static void item(const void* context, int index, float* scratch) {
    const Plan& p = *static_cast<const Plan*>(context);
    const ts::MaskPrompt& a = p.args;
    const int prompt = index / p.blocks, first = index % p.blocks * kCells, count = least(kCells, p.cells - first);
    const ptrdiff_t row = 4 * static_cast<ptrdiff_t>(a.grid);
    for (int i = 0; i < count; ++i) {
        const int y = (first + i) / a.grid, x = (first + i) % a.grid;
        shrink(a, a.logits + (prompt * row + 4 * y) * row + 4 * x, row, scratch + static_cast<ptrdiff_t>(i) * kWidth);
    }
    const ptrdiff_t offset = static_cast<ptrdiff_t>(first) * a.channels;
    float* const y = a.y + static_cast<ptrdiff_t>(prompt) * p.cells * a.channels + offset;
    multiply<Activation::kNone>(matrix(scratch, kWidth, kWidth), count, a.widen, a.channels,
                                {y, a.channels, a.widen_bias, a.x + offset, a.channels});
}

static bool run(const ts::MaskPrompt& args) {
    const int cells = args.grid * args.grid;
    const Plan p{args, cells, ceil_div(cells, kCells)};
    return ts::run(args.prompts * p.blocks, static_cast<size_t>(kCells) * kWidth, item, &p);
}

}  // namespace mask_prompt
}  // namespace TS_ISA
