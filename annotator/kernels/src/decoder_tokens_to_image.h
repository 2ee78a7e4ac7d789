// Attention of a few tokens over all cells of an image. Cells are read in chunks small enough for the second-level
// cache; each chunk's softmax counts from its own largest score, and the chunks are brought together at the end.
#pragma once

#include "decoder_cells.h"
#include "decoder_chunks.h"
#include "decoder_heads.h"
#include "gemm.h"
#include "kernels.h"
#include "pool.h"

namespace TS_ISA {
namespace tokens_to_image {

constexpr int kChunk = ts::TokensToImage::kChunk;

struct Plan {
    ts::TokensToImage args;
    int chunks;
};

TS_INLINE chunks::Partial partial_of(const Plan& p, int prompt, int chunk) {
    return chunks::partial_of(p.args.workspace, prompt * p.chunks + chunk, p.args.columns,
                              p.args.depth + p.args.state_depth);
}

// out[i][0..kPanel) = sum over cells k of state[k * depth + i] * weights[k * columns + 0..kPanel), for M numbers i.
template <int M>
TS_NOINLINE void pool_tile(const float* state, int depth, const float* TS_RESTRICT weights, int columns, int count,
                           float* out) {
    vec c[M][kPanelVectors];
    TS_UNROLL
    for (int i = 0; i < M; ++i) {
        TS_UNROLL
        for (int j = 0; j < kPanelVectors; ++j) c[i][j] = splat(0.0f);
    }
    TS_UNROLL_4
    for (int k = 0; k < count; ++k) {
        vec w[kPanelVectors];
        TS_UNROLL
        for (int j = 0; j < kPanelVectors; ++j) w[j] = load(weights + static_cast<ptrdiff_t>(k) * columns + j * kLanes);
        TS_UNROLL
        for (int i = 0; i < M; ++i) {
            const vec x = splat(state[static_cast<ptrdiff_t>(k) * depth + i]);
            TS_UNROLL
            for (int j = 0; j < kPanelVectors; ++j) c[i][j] = fma(x, w[j], c[i][j]);
        }
    }
    TS_UNROLL
    for (int i = 0; i < M; ++i) {
        TS_UNROLL
        for (int j = 0; j < kPanelVectors; ++j) store(out + static_cast<ptrdiff_t>(i) * columns + j * kLanes, c[i][j]);
    }
}

template <int M>
static void short_pool_tile(int rows, const float* state, int depth, const float* weights, int columns, int count,
                            float* out) {
    if constexpr (M > 0) {
        if (rows == M) {
            pool_tile<M>(state, depth, weights, columns, count, out);
        } else {
            short_pool_tile<M - 1>(rows, state, depth, weights, columns, count, out);
        }
    }
}

// Weighted sums of the cells' states: out (depth, columns).
static void pool_states(const float* state, int depth, const float* weights, int columns, int count, float* out) {
    for (int n = 0; n < columns; n += kPanel) {
        int i = 0;
        for (; i + kTileRows <= depth; i += kTileRows)
            pool_tile<kTileRows>(state + i, depth, weights + n, columns, count,
                                 out + static_cast<ptrdiff_t>(i) * columns + n);
        short_pool_tile<kTileRows - 1>(depth - i, state + i, depth, weights + n, columns, count,
                                       out + static_cast<ptrdiff_t>(i) * columns + n);
    }
}

static void pool_chunk(const void* context, int index, float* scratch) {
    const Plan& p = *static_cast<const Plan*>(context);
    const ts::TokensToImage& a = p.args;
    // Prompts next to each other, because they share the image's keys and values.
    const int prompt = index % a.prompts, chunk = index / a.prompts;
    const int first = chunk * kChunk, count = least(kChunk, a.cells - first), columns = a.columns;
    const int width = a.depth * ts::kHeads;
    const ptrdiff_t offset = static_cast<ptrdiff_t>(first) * width, tokens = static_cast<ptrdiff_t>(prompt) * columns;
    const float* const state = a.state + prompt * a.state_stride + static_cast<ptrdiff_t>(first) * a.state_depth;
    float* const placed = scratch;  // keys, then values
    float* const scores = placed + static_cast<ptrdiff_t>(kChunk) * width;
    float* const partly = scores + static_cast<ptrdiff_t>(kChunk) * columns;  // without what the states add
    const chunks::Partial out = partial_of(p, prompt, chunk);

    cells::place(a.keys + offset, a.places + offset, state, a.state_depth, count, width, placed);
    heads::score(placed, count, a.depth, a.queries + tokens * a.depth, columns, nullptr, partly);
    multiply<Activation::kNone>(matrix(state, a.state_depth, a.state_depth), count, a.shares + tokens * a.state_depth,
                                columns, {scores, columns, nullptr, partly, columns});
    chunks::soften_columns(scores, count, columns, out.largest, out.total);
    cells::place(a.values + offset, nullptr, state, a.state_depth, count, width, placed);
    heads::pool(scores, columns, placed, count, a.depth, out.pooled);
    pool_states(state, a.state_depth, scores, columns, count, out.pooled + static_cast<ptrdiff_t>(a.depth) * columns);
}

// One register of one prompt's columns: the chunks' sums, as if all had counted from the largest score of all.
static void join_chunks(const void* context, int index, float*) {
    const Plan& p = *static_cast<const Plan*>(context);
    const ts::TokensToImage& a = p.args;
    const int across = a.columns / kLanes, prompt = index / across, column = index % across * kLanes;
    const int rows = a.depth + a.state_depth;
    float* const y = a.y + static_cast<ptrdiff_t>(prompt) * rows * a.columns + column;
    vec top = load(partial_of(p, prompt, 0).largest + column);
    for (int i = 1; i < p.chunks; ++i) top = max(top, load(partial_of(p, prompt, i).largest + column));
    for (int r = 0; r < rows; ++r) store(y + static_cast<ptrdiff_t>(r) * a.columns, splat(0.0f));
    vec total = splat(0.0f);
    for (int i = 0; i < p.chunks; ++i) {
        const chunks::Partial part = partial_of(p, prompt, i);
        const vec share = exponential(sub(load(part.largest + column), top));
        total = fma(share, load(part.total + column), total);
        for (int r = 0; r < rows; ++r) {
            const ptrdiff_t row = static_cast<ptrdiff_t>(r) * a.columns;
            store(y + row, fma(share, load(part.pooled + row + column), load(y + row)));
        }
    }
    const vec scale = div(splat(1.0f), total);
    for (int r = 0; r < rows; ++r) {
        const ptrdiff_t row = static_cast<ptrdiff_t>(r) * a.columns;
        store(y + row, mul(load(y + row), scale));
    }
}

static bool run(const ts::TokensToImage& args) {
    const Plan p{args, ceil_div(args.cells, kChunk)};
    const ptrdiff_t scratch = static_cast<ptrdiff_t>(kChunk) * (args.depth * ts::kHeads + 2 * args.columns);
    return ts::run(args.prompts * p.chunks, static_cast<size_t>(scratch), pool_chunk, &p) &&
           ts::run(args.prompts * (args.columns / kLanes), 0, join_chunks, &p);
}

}  // namespace tokens_to_image
}  // namespace TS_ISA
