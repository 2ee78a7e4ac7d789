// Attention of a few tokens over all cells of an image. Cells are read in chunks small enough for the second-level
// cache; each chunk's softmax counts from its own largest score, and the chunks are brought together at the end.
#pragma once

#include "decoder_chunks.h"
#include "gemm.h"
#include "kernels.h"
#include "pool.h"

namespace TS_ISA {

// y = a + b
TS_INLINE void add_to(const float* a, const float* b, ptrdiff_t count, float* y) {
    for (ptrdiff_t i = 0; i < count; i += kLanes) store(y + i, add(load(a + i), load(b + i)));
}

namespace tokens_to_image {

constexpr int kChunk = ts::TokensToImage::kChunk;
constexpr int kCells = 96;  // whose matrices are multiplied together

struct Plan {
    ts::TokensToImage args;
    int chunks;
};

TS_INLINE chunks::Partial partial_of(const Plan& p, int prompt, int chunk) {
    return chunks::partial_of(p.args.workspace, prompt * p.chunks + chunk, p.args.columns, p.args.channels);
}

// Channels of `count` cells as panels of kPanel channels: the cells are the depth of the product to come.
static void pack_cells(const float* x, int count, int channels, float* TS_RESTRICT panels) {
    for (int k = 0; k < count; ++k, x += channels) {
        for (int c = 0; c < channels; c += kLanes)
            store(panels + (static_cast<ptrdiff_t>(c / kPanel) * count + k) * kPanel + c % kPanel, load(x + c));
    }
}

// out[i][0..kPanel) (+)= sum over k of weights[k * stride + i] * panel[k], for M columns i.
template <int M>
TS_NOINLINE void pool_tile(const float* weights, ptrdiff_t stride, const float* TS_RESTRICT panel, int depth,
                           float* out, ptrdiff_t out_stride, bool first) {
    vec c[M][kPanelVectors];
    TS_UNROLL
    for (int i = 0; i < M; ++i) {
        TS_UNROLL
        for (int j = 0; j < kPanelVectors; ++j)
            c[i][j] = first ? splat(0.0f) : load(out + i * out_stride + j * kLanes);
    }
    TS_UNROLL_4
    for (int k = 0; k < depth; ++k) {
        vec b[kPanelVectors];
        TS_UNROLL
        for (int j = 0; j < kPanelVectors; ++j) b[j] = load(panel + static_cast<ptrdiff_t>(k) * kPanel + j * kLanes);
        TS_UNROLL
        for (int i = 0; i < M; ++i) {
            const vec w = splat(weights[k * stride + i]);
            TS_UNROLL
            for (int j = 0; j < kPanelVectors; ++j) c[i][j] = fma(w, b[j], c[i][j]);
        }
    }
    TS_UNROLL
    for (int i = 0; i < M; ++i) {
        TS_UNROLL
        for (int j = 0; j < kPanelVectors; ++j) store(out + i * out_stride + j * kLanes, c[i][j]);
    }
}

template <int M>
static void short_pool_tile(int count, const float* weights, ptrdiff_t stride, const float* panel, int depth,
                            float* out, ptrdiff_t out_stride, bool first) {
    if constexpr (M > 0) {
        if (count == M) {
            pool_tile<M>(weights, stride, panel, depth, out, out_stride, first);
        } else {
            short_pool_tile<M - 1>(count, weights, stride, panel, depth, out, out_stride, first);
        }
    }
}

static void pool_chunk(const void* context, int index, float* scratch) {
    const Plan& p = *static_cast<const Plan*>(context);
    const ts::TokensToImage& a = p.args;
    const int prompt = index / p.chunks, chunk = index % p.chunks;
    const int first = chunk * kChunk, cells = least(kChunk, a.cells - first), columns = a.columns;
    const float* const x = a.x + prompt * a.x_stride + static_cast<ptrdiff_t>(first) * a.channels;
    const float* const positions = a.positions + static_cast<ptrdiff_t>(first) * a.channels;
    const float* const queries = a.queries + static_cast<ptrdiff_t>(prompt) * columns * a.channels;
    const chunks::Partial out = partial_of(p, prompt, chunk);
    float* const block = scratch;  // cells with their positions, then cells in panels
    float* const scores = block + static_cast<ptrdiff_t>(kCells) * a.channels;

    for (int begin = 0; begin < cells; begin += kCells) {
        const int count = least(kCells, cells - begin);
        const ptrdiff_t offset = static_cast<ptrdiff_t>(begin) * a.channels;
        add_to(x + offset, positions + offset, static_cast<ptrdiff_t>(count) * a.channels, block);
        multiply<Activation::kNone>(
            matrix(block, a.channels, a.channels), count, queries, columns,
            {scores + static_cast<ptrdiff_t>(begin) * columns, columns, nullptr, nullptr, 0});
    }
    chunks::soften_columns(scores, cells, columns, out.largest, out.total);
    for (int begin = 0; begin < cells; begin += kCells) {
        const int count = least(kCells, cells - begin);
        pack_cells(x + static_cast<ptrdiff_t>(begin) * a.channels, count, a.channels, block);
        const float* const weights = scores + static_cast<ptrdiff_t>(begin) * columns;
        for (int c = 0; c < a.channels; c += kPanel) {
            const float* const panel = block + static_cast<ptrdiff_t>(c) * count;
            float* const pooled = out.pooled + c;
            int j = 0;
            for (; j + kTileRows <= columns; j += kTileRows) {
                pool_tile<kTileRows>(weights + j, columns, panel, count,
                                     pooled + static_cast<ptrdiff_t>(j) * a.channels, a.channels, begin == 0);
            }
            short_pool_tile<kTileRows - 1>(columns - j, weights + j, columns, panel, count,
                                           pooled + static_cast<ptrdiff_t>(j) * a.channels, a.channels, begin == 0);
        }
    }
}

// One column of one prompt: the chunks' sums, as if all had counted from the largest score of all.
static void join_chunks(const void* context, int index, float*) {
    const Plan& p = *static_cast<const Plan*>(context);
    const ts::TokensToImage& a = p.args;
    const int prompt = index / a.columns, column = index % a.columns;
    vec top = splat(partial_of(p, prompt, 0).largest[column]);
    for (int i = 1; i < p.chunks; ++i) top = max(top, splat(partial_of(p, prompt, i).largest[column]));
    float* const y = a.y + static_cast<ptrdiff_t>(index) * a.channels;
    memset(y, 0, static_cast<size_t>(a.channels) * sizeof(float));
    vec total = splat(0.0f);
    for (int i = 0; i < p.chunks; ++i) {
        const chunks::Partial part = partial_of(p, prompt, i);
        const vec share = exponential(sub(splat(part.largest[column]), top));
        total = fma(share, splat(part.total[column]), total);
        const float* const pooled = part.pooled + static_cast<ptrdiff_t>(column) * a.channels;
        for (int c = 0; c < a.channels; c += kLanes) store(y + c, fma(share, load(pooled + c), load(y + c)));
    }
    const vec scale = div(splat(1.0f), total);
    for (int c = 0; c < a.channels; c += kLanes) store(y + c, mul(load(y + c), scale));
}

static bool run(const ts::TokensToImage& args) {
    const Plan p{args, ceil_div(args.cells, kChunk)};
    const ptrdiff_t scratch =
        static_cast<ptrdiff_t>(kCells) * args.channels + static_cast<ptrdiff_t>(kChunk) * args.columns;
    return ts::run(args.prompts * p.chunks, static_cast<size_t>(scratch), pool_chunk, &p) &&
           ts::run(args.prompts * args.columns, 0, join_chunks, &p);
}

}  // namespace tokens_to_image
}  // namespace TS_ISA
