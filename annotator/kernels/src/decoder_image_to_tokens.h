// Attention of every cell of an image over a few tokens, with residual and norm, a block of cells at a time.
#pragma once

#include "decoder_heads.h"
#include "decoder_tokens_to_image.h"

namespace TS_ISA {
namespace image_to_tokens {

constexpr int kCells = 96;  // an item
constexpr float kEpsilon = 1e-5f;

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

static void item(const void* context, int index, float* scratch) {
    const Plan& p = *static_cast<const Plan*>(context);
    const ts::ImageToTokens& a = p.args;
    const int prompt = index / p.blocks, first = index % p.blocks * kCells, count = least(kCells, a.cells - first);
    const int columns = a.columns;
    const ptrdiff_t offset = static_cast<ptrdiff_t>(first) * a.channels;
    const ptrdiff_t tokens = static_cast<ptrdiff_t>(prompt) * columns;
    const float* const x = a.x + prompt * a.x_stride + offset;
    float* const cells = scratch;  // with their positions, then what comes before the norm
    float* const scores = cells + static_cast<ptrdiff_t>(kCells) * a.channels;

    const float *const keys = a.keys + tokens * a.depth, *const key_bias = a.key_bias + tokens;
    if (a.queries) {
        const float* const queries = a.queries + static_cast<ptrdiff_t>(first) * a.depth * kHeads;
        heads::score(queries, count, a.depth, keys, columns, key_bias, scores);
    } else {
        add_to(x, a.positions + offset, static_cast<ptrdiff_t>(count) * a.channels, cells);
        multiply<Activation::kNone>(matrix(cells, a.channels, a.channels), count, keys, columns,
                                    {scores, columns, key_bias, nullptr, 0});
    }
    for (int i = 0; i < count; ++i) soften_heads(scores + static_cast<ptrdiff_t>(i) * columns, columns);
    multiply<Activation::kNone>(matrix(scores, columns, columns), count, a.values + tokens * a.channels, a.channels,
                                {cells, a.channels, a.bias, x, a.channels});
    float* y = a.y + static_cast<ptrdiff_t>(prompt) * a.cells * a.channels + offset;
    for (int i = 0; i < count; ++i, y += a.channels) {
        scaled_norm(cells + static_cast<ptrdiff_t>(i) * a.channels, a.channels, kEpsilon, a.scale, a.shift, y);
    }
}

static bool run(const ts::ImageToTokens& args) {
    const Plan p{args, ceil_div(args.cells, kCells)};
    const ptrdiff_t scratch = static_cast<ptrdiff_t>(kCells) * (args.channels + args.columns);
    return ts::run(args.prompts * p.blocks, static_cast<size_t>(scratch), item, &p);
}

}  // namespace image_to_tokens
}  // namespace TS_ISA
