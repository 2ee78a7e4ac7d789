// The decoder's two transposed convolutions and the product with the masks' weights, a block of cells at a time, so
// that the upscaled map is never in memory.
#pragma once

#include "decoder_cells.h"
#include "gemm.h"
#include "kernels.h"
#include "pool.h"

namespace TS_ISA {
namespace masks {

constexpr int kCells = 48;  // an item
constexpr float kEpsilon = 1e-6f;

struct Plan {
    ts::Masks args;
    int cells, blocks;
    int width;  // channels after the first convolution
    int depth;  // and after the second
};

// Norm over the channels of a pixel, then GELU.
static void norm_gelu(float* pixel, int channels, const float* scale, const float* shift) {
    normalize(pixel, channels, kEpsilon, pixel);
    for (int c = 0; c < channels; c += 2 * kLanes) {
        vec v[2];
        TS_UNROLL
        for (int i = 0; i < 2; ++i) {
            const int at = c + i * kLanes;
            v[i] = fma(load(pixel + at), load(scale + at), load(shift + at));
        }
        gelu<2>(v);
        TS_UNROLL
        for (int i = 0; i < 2; ++i) store(pixel + c + i * kLanes, v[i]);
    }
}

// Logits of the 2 x 2 pixels that a pixel of the first convolution became, row by row.
TS_INLINE void dot_quarter(const float* pixels, int depth, const float* weights, float* out, ptrdiff_t row) {
    vec sums[4];
    TS_UNROLL
    for (int i = 0; i < 4; ++i) sums[i] = splat(0.0f);
    for (int c = 0; c < depth; c += kLanes) {
        const vec w = load(weights + c);
        TS_UNROLL
        for (int i = 0; i < 4; ++i) sums[i] = fma(load(pixels + i * depth + c), w, sums[i]);
    }
    out[0] = sum(sums[0]), out[1] = sum(sums[1]);
    out[row] = sum(sums[2]), out[row + 1] = sum(sums[3]);
}

static void item(const void* context, int index, float* scratch) {
    const Plan& p = *static_cast<const Plan*>(context);
    const ts::Masks& a = p.args;
    // Prompts next to each other, because they share the image.
    const int prompt = index % a.prompts, first = index / a.prompts * kCells, count = least(kCells, p.cells - first);
    const float* const state =
        a.state + (static_cast<ptrdiff_t>(prompt) * p.cells + first) * a.state_depth;
    const float* const rows = a.rows + static_cast<ptrdiff_t>(prompt) * a.state_depth * 4 * p.width;
    float* const quarters = scratch;  // of a cell: (2, 2, width)
    float* const pixels = quarters + static_cast<ptrdiff_t>(kCells) * 4 * p.width;  // of a quarter: (2, 2, depth)
    float* const placed = pixels;                                                   // needed before the pixels

    cells::place(a.image + static_cast<ptrdiff_t>(first) * 4 * p.width, nullptr, state, a.state_depth, count,
                 4 * p.width, placed);
    multiply<Activation::kNone>(matrix(state, a.state_depth, a.state_depth), count, rows, 4 * p.width,
                                {quarters, 4 * p.width, a.first_bias, placed, 4 * p.width});
    for (int i = 0; i < 4 * count; ++i)
        norm_gelu(quarters + static_cast<ptrdiff_t>(i) * p.width, p.width, a.scale, a.shift);
    multiply<Activation::kGelu>(matrix(quarters, p.width, p.width), 4 * count, a.second, 4 * p.depth,
                                {pixels, 4 * p.depth, a.second_bias, nullptr, 0});

    const ptrdiff_t row = 4 * static_cast<ptrdiff_t>(a.grid), plane = row * row;
    for (int mask = 0; mask < a.masks; ++mask) {
        const ptrdiff_t number = static_cast<ptrdiff_t>(prompt) * a.masks + mask;
        const float* const weights = a.weights + number * p.depth;
        for (int i = 0; i < count; ++i) {
            const int line = (first + i) / a.grid, column = (first + i) % a.grid;
            float* const cell = a.y + number * plane + 4 * (line * row + column);
            for (int quarter = 0; quarter < 4; ++quarter) {
                dot_quarter(pixels + (static_cast<ptrdiff_t>(i) * 4 + quarter) * 4 * p.depth, p.depth, weights,
                            cell + quarter / 2 * 2 * row + quarter % 2 * 2, row);
            }
        }
    }
}

static bool run(const ts::Masks& args) {
    const int cells = args.grid * args.grid;
    const Plan p{args, cells, ceil_div(cells, kCells), args.width, args.second_outputs / 4};
    const ptrdiff_t scratch = static_cast<ptrdiff_t>(kCells) * 4 * (p.width + most(p.width, 4 * p.depth));
    return ts::run(args.prompts * p.blocks, static_cast<size_t>(scratch), item, &p);
}

}  // namespace masks
}  // namespace TS_ISA
