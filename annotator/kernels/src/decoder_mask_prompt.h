// The logits of an earlier mask as the states of cells: two small convolutions. The third one, to the image's width, is
// in the rows.
#pragma once

#include "elementary.h"
#include "kernels.h"
#include "pool.h"

namespace TS_ISA {
namespace mask_prompt {

constexpr int kCells = 96;  // an item
constexpr float kEpsilon = 1e-6f;
constexpr int kInner = ts::MaskPrompt::kInner, kWidth = ts::MaskPrompt::kWidth;
static_assert(kWidth == 4 * kInner && kInner % 4 == 0, "GELU takes four registers at a time");

struct Plan {
    ts::MaskPrompt args;
    int cells, blocks;
};

// Norm over `n` channels, each a register of cells, then GELU.
template <int n>
TS_INLINE void norm_gelu(vec* x, const float* scale, const float* shift) {
    vec mean = splat(0.0f), variance = splat(0.0f);
    for (int i = 0; i < n; ++i) mean = add(mean, x[i]);
    mean = mul(mean, splat(1.0f / n));
    for (int i = 0; i < n; ++i) {
        x[i] = sub(x[i], mean);
        variance = fma(x[i], x[i], variance);
    }
    const vec factor = div(splat(1.0f), root(fma(variance, splat(1.0f / n), splat(kEpsilon))));
    for (int i = 0; i < n; ++i) x[i] = fma(mul(x[i], factor), splat(scale[i]), splat(shift[i]));
    for (int i = 0; i < n; i += 4) gelu<4>(x + i);
}

// The 4 x 4 logits of `count` cells, at most kLanes, to kWidth channels each: a register holds one value of all cells.
static void shrink(const ts::MaskPrompt& a, const float* logits, int first, int count, float* out) {
    const ptrdiff_t row = 4 * static_cast<ptrdiff_t>(a.grid);
    float pixels[16][kLanes] = {};
    for (int cell = 0; cell < count; ++cell) {
        const float* const corner = logits + 4 * ((first + cell) / a.grid * row + (first + cell) % a.grid);
        for (int i = 0; i < 16; ++i) pixels[i][cell] = corner[i / 4 * row + i % 4];
    }
    vec quarters[kWidth];  // of a quarter: kInner channels
    for (int quarter = 0; quarter < 4; ++quarter) {
        const float(*const corner)[kLanes] = pixels + quarter / 2 * 8 + quarter % 2 * 2;
        const vec in[4] = {load(corner[0]), load(corner[1]), load(corner[4]), load(corner[5])};
        vec* const channels = quarters + quarter * kInner;
        for (int o = 0; o < kInner; ++o) {
            channels[o] = splat(a.first_bias[o]);
            for (int i = 0; i < 4; ++i) channels[o] = fma(splat(a.first[o * 4 + i]), in[i], channels[o]);
        }
        norm_gelu<kInner>(channels, a.first_scale, a.first_shift);
    }
    vec wide[kWidth];
    for (int o = 0; o < kWidth; ++o) {
        wide[o] = splat(a.second_bias[o]);
        for (int i = 0; i < kWidth; ++i) wide[o] = fma(splat(a.second[o * kWidth + i]), quarters[i], wide[o]);
    }
    norm_gelu<kWidth>(wide, a.second_scale, a.second_shift);
    for (int o = 0; o < kWidth; ++o) {
        float values[kLanes];
        store(values, wide[o]);
        for (int cell = 0; cell < count; ++cell) out[cell * kWidth + o] = values[cell];
    }
}

static void item(const void* context, int index, float* scratch) {
    const Plan& p = *static_cast<const Plan*>(context);
    const ts::MaskPrompt& a = p.args;
    const int prompt = index / p.blocks, first = index % p.blocks * kCells, count = least(kCells, p.cells - first);
    const ptrdiff_t row = 4 * static_cast<ptrdiff_t>(a.grid);
    const float* const logits = a.logits + prompt * row * row;
    for (int i = 0; i < count; i += kLanes)
        shrink(a, logits, first + i, least(kLanes, count - i), scratch + static_cast<ptrdiff_t>(i) * kWidth);
    float* y = a.y + (static_cast<ptrdiff_t>(prompt) * p.cells + first) * (1 + kWidth);
    for (int i = 0; i < count; ++i, y += 1 + kWidth) {
        y[0] = 1.0f;
        memcpy(y + 1, scratch + static_cast<ptrdiff_t>(i) * kWidth, kWidth * sizeof(float));
    }
}

static bool run(const ts::MaskPrompt& args) {
    const int cells = args.grid * args.grid;
    const Plan p{args, cells, ceil_div(cells, kCells)};
    return ts::run(args.prompts * p.blocks, static_cast<size_t>(kCells) * kWidth, item, &p);
}

}  // namespace mask_prompt
}  // namespace TS_ISA
