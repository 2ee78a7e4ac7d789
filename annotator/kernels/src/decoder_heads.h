// Products of cells and tokens head by head, where a cell's own projection is at hand: a head is 16 numbers deep.
//
// What a cell has is laid out (depth, heads): the eight heads' numbers at one depth are side by side, as the heads of a
// token are in a panel, and multiply them lane by lane.
#pragma once

#include "gemm.h"
#include "kernels.h"

namespace TS_ISA {
namespace heads {

constexpr int kHeads = ts::kHeads;
constexpr int kDepthTile = kTileRows < 8 ? 4 : 8;  // depths whose sums over cells stay in registers

static_assert(kPanel % kHeads == 0 && (kLanes % kHeads == 0 || kHeads == 2 * kLanes), "heads must fill the lanes");

// out[i][0..kPanel) = bias + sum over d of cells[i][d][head] * panel[d], for M cells i.
template <int M>
TS_NOINLINE void score_tile(const float* cells, int depth, const float* TS_RESTRICT panel, const float* bias,
                            float* out, ptrdiff_t out_stride) {
    vec c[M][kPanelVectors];
    TS_UNROLL
    for (int i = 0; i < M; ++i) {
        TS_UNROLL
        for (int j = 0; j < kPanelVectors; ++j) c[i][j] = bias ? load(bias + j * kLanes) : splat(0.0f);
    }
    const ptrdiff_t stride = static_cast<ptrdiff_t>(depth) * kHeads;
    for (int d = 0; d < depth; ++d, cells += kHeads, panel += kPanel) {
        vec b[kPanelVectors];
        TS_UNROLL
        for (int j = 0; j < kPanelVectors; ++j) b[j] = load(panel + j * kLanes);
        TS_UNROLL
        for (int i = 0; i < M; ++i) {
            TS_UNROLL
            for (int j = 0; j < kPanelVectors; ++j) c[i][j] = fma(load_heads(cells + i * stride, j), b[j], c[i][j]);
        }
    }
    TS_UNROLL
    for (int i = 0; i < M; ++i) {
        TS_UNROLL
        for (int j = 0; j < kPanelVectors; ++j) store(out + i * out_stride + j * kLanes, c[i][j]);
    }
}

// Scores of `count` cells with all columns: out (count, columns).
static void score(const float* cells, int count, int depth, const float* packed, int columns, const float* bias,
                  float* out) {
    const ptrdiff_t stride = static_cast<ptrdiff_t>(depth) * kHeads;
    for (int n = 0; n < columns; n += kPanel) {
        const float* const panel = packed + static_cast<ptrdiff_t>(n) * depth;
        const float* const panel_bias = bias ? bias + n : nullptr;
        int i = 0;
        for (; i + kTileRows <= count; i += kTileRows)
            score_tile<kTileRows>(cells + i * stride, depth, panel, panel_bias, out + i * columns + n, columns);
        for (; i < count; ++i)
            score_tile<1>(cells + i * stride, depth, panel, panel_bias, out + i * columns + n, columns);
    }
}

// out[d * out_stride + 0..kPanel) = sum over cells i of weights[i][0..kPanel) * cells[i][d][head], for kDepthTile
// depths d.
TS_NOINLINE void pool_tile(const float* weights, int columns, const float* TS_RESTRICT cells, int count,
                           ptrdiff_t stride, float* out, ptrdiff_t out_stride) {
    vec c[kDepthTile][kPanelVectors];
    TS_UNROLL
    for (int d = 0; d < kDepthTile; ++d) {
        TS_UNROLL
        for (int j = 0; j < kPanelVectors; ++j) c[d][j] = splat(0.0f);
    }
    for (int i = 0; i < count; ++i, cells += stride, weights += columns) {
        vec w[kPanelVectors];
        TS_UNROLL
        for (int j = 0; j < kPanelVectors; ++j) w[j] = load(weights + j * kLanes);
        TS_UNROLL
        for (int d = 0; d < kDepthTile; ++d) {
            TS_UNROLL
            for (int j = 0; j < kPanelVectors; ++j) c[d][j] = fma(load_heads(cells + d * kHeads, j), w[j], c[d][j]);
        }
    }
    TS_UNROLL
    for (int d = 0; d < kDepthTile; ++d) {
        TS_UNROLL
        for (int j = 0; j < kPanelVectors; ++j) store(out + d * out_stride + j * kLanes, c[d][j]);
    }
}

// Weighted sums of `count` cells for all columns: out (depth, columns).
static void pool(const float* weights, int columns, const float* cells, int count, int depth, float* out) {
    for (int n = 0; n < columns; n += kPanel) {
        for (int d = 0; d < depth; d += kDepthTile) {
            pool_tile(weights + n, columns, cells + static_cast<ptrdiff_t>(d) * kHeads, count,
                      static_cast<ptrdiff_t>(depth) * kHeads, out + static_cast<ptrdiff_t>(d) * columns + n, columns);
        }
    }
}

}  // namespace heads
}  // namespace TS_ISA
