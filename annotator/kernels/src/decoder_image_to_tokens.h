// Attention of every cell of an image over a few tokens, with residual and norm, a block of cells at a time. What the
// image becomes is computed for the norm only; what is kept are the cells' new states.
#pragma once

#include "decoder_cells.h"
#include "decoder_heads.h"
#include "gemm.h"
#include "kernels.h"
#include "pool.h"

namespace TS_ISA {
namespace image_to_tokens {

constexpr int kCells = 96;  // an item
constexpr float kEpsilon = 1e-5f;
constexpr float kBuried = -1e30f;  // bias of the columns that only fill a panel: their exp() is zero

constexpr int kHeads = ts::kHeads;
// Floats after which the heads start over at the first lane of a register.
constexpr int kGroup = kLanes > kHeads ? kLanes : kHeads;
constexpr int kGroupVectors = kGroup / kLanes;

static_assert(kGroup <= 2 * kHeads, "a register holds at most two tokens");

// Where a register holds two tokens, each lane gets `join` of those that belong to its head. A template of the
// register, because only instruction sets with wide registers have swap_tokens.
template <typename Vec>
TS_INLINE void join_tokens(Vec* group, Vec (*join)(Vec, Vec)) {
    if constexpr (kGroup > kHeads) group[0] = join(group[0], swap_tokens(group[0]));
}

// The softmax of each head over its tokens; column = token * kHeads + head.
TS_INLINE void soften_heads(float* row, int columns) {
    vec top[kGroupVectors], total[kGroupVectors];
    TS_UNROLL
    for (int i = 0; i < kGroupVectors; ++i) top[i] = load(row + i * kLanes), total[i] = splat(0.0f);
    for (int j = kGroup; j < columns; j += kGroup) {
        TS_UNROLL
        for (int i = 0; i < kGroupVectors; ++i) top[i] = max(top[i], load(row + j + i * kLanes));
    }
    join_tokens(top, max);
    for (int j = 0; j < columns; j += kGroup) {
        TS_UNROLL
        for (int i = 0; i < kGroupVectors; ++i) {
            const vec e = exponential(sub(load(row + j + i * kLanes), top[i]));
            store(row + j + i * kLanes, e);
            total[i] = add(total[i], e);
        }
    }
    join_tokens(total, add);
    TS_UNROLL
    for (int i = 0; i < kGroupVectors; ++i) total[i] = div(splat(1.0f), total[i]);
    for (int j = 0; j < columns; j += kGroup) {
        TS_UNROLL
        for (int i = 0; i < kGroupVectors; ++i)
            store(row + j + i * kLanes, mul(load(row + j + i * kLanes), total[i]));
    }
}

struct Plan {
    ts::ImageToTokens args;
    int blocks;
};

// 1 / sqrt(mean square + epsilon) of scale * image + rows, whose mean is zero.
TS_INLINE float norm_factor(const float* image, float scale, const float* rows, int channels) {
    vec squares[2] = {splat(0.0f), splat(0.0f)};
    for (int c = 0; c < channels; c += 2 * kLanes) {
        TS_UNROLL
        for (int i = 0; i < 2; ++i) {
            const int at = c + i * kLanes;
            const vec y = fma(splat(scale), load(image + at), load(rows + at));
            squares[i] = fma(y, y, squares[i]);
        }
    }
    return 1.0f / sqrtf(sum(add(squares[0], squares[1])) / static_cast<float>(channels) + kEpsilon);
}

static void item(const void* context, int index, float* scratch) {
    const Plan& p = *static_cast<const Plan*>(context);
    const ts::ImageToTokens& a = p.args;
    // Prompts next to each other, because they share the image.
    const int prompt = index % a.prompts, first = index / a.prompts * kCells, count = least(kCells, a.cells - first);
    const int columns = a.columns, width = a.depth * kHeads, used = a.new_depth - a.state_depth;
    const ptrdiff_t tokens = static_cast<ptrdiff_t>(prompt) * columns;
    const float* const state = a.state + prompt * a.state_stride + static_cast<ptrdiff_t>(first) * a.state_depth;
    float* const rows = scratch;  // queries, then what the rows add up to
    float* const scores = rows + static_cast<ptrdiff_t>(kCells) * most(width, a.channels);
    float* const partly = scores + static_cast<ptrdiff_t>(kCells) * columns;  // without what the states add
    float* const bias = partly + static_cast<ptrdiff_t>(kCells) * columns;
    float* const joined = bias + columns;  // states with what is new in them

    for (int j = 0; j < columns; ++j) bias[j] = j < used ? 0.0f : kBuried;
    const ptrdiff_t offset = static_cast<ptrdiff_t>(first) * width;
    cells::place(a.queries + offset, a.places + offset, state, a.state_depth, count, width, rows);
    heads::score(rows, count, a.depth, a.keys + tokens * a.depth, columns, bias, partly);
    multiply<Activation::kNone>(matrix(state, a.state_depth, a.state_depth), count, a.shares + tokens * a.state_depth,
                                columns, {scores, columns, nullptr, partly, columns});
    for (int i = 0; i < count; ++i) {
        float* const own = scores + static_cast<ptrdiff_t>(i) * columns;
        soften_heads(own, columns);
        float* const row = joined + static_cast<ptrdiff_t>(i) * a.new_depth;
        memcpy(row, state + static_cast<ptrdiff_t>(i) * a.state_depth,
               static_cast<size_t>(a.state_depth) * sizeof(float));
        memcpy(row + a.state_depth, own, static_cast<size_t>(used) * sizeof(float));
    }
    multiply<Activation::kNone>(matrix(joined, a.new_depth, a.new_depth), count,
                                a.rows + static_cast<ptrdiff_t>(prompt) * a.new_depth * a.channels, a.channels,
                                {rows, a.channels, nullptr, nullptr, 0});
    float* y = a.y + (static_cast<ptrdiff_t>(prompt) * a.cells + first) * a.new_depth;
    for (int i = 0; i < count; ++i, y += a.new_depth) {
        const float* const row = joined + static_cast<ptrdiff_t>(i) * a.new_depth;
        const float factor = norm_factor(a.image + static_cast<ptrdiff_t>(first + i) * a.channels, row[0],
                                         rows + static_cast<ptrdiff_t>(i) * a.channels, a.channels);
        for (int j = 0; j < a.new_depth; ++j) y[j] = row[j] * factor;
    }
}

static bool run(const ts::ImageToTokens& args) {
    const Plan p{args, ceil_div(args.cells, kCells)};
    const ptrdiff_t of_cell = most(args.depth * kHeads, args.channels) + 2 * args.columns + args.new_depth;
    const ptrdiff_t scratch = kCells * of_cell + args.columns;
    return ts::run(args.prompts * p.blocks, static_cast<size_t>(scratch), item, &p);
}

}  // namespace image_to_tokens
}  // namespace TS_ISA
