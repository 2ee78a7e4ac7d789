// Matrix products of a row-major activation matrix with a packed weight matrix.
//
// A weight of `out` x `in` is packed once into panels of kPanel outputs: panel p holds, for each k in 0..in, the kPanel
// values w[p * kPanel .., k]. `out` is a multiple of kPanel. A tile of kTileRows x kPanel results stays in registers
// while k runs, reading one row of the panel and broadcasting one activation per row of the tile.
#pragma once

#include "elementary.h"

namespace TS_ISA {

// Activations: element (m, k) is segment[k / depth][m * stride + k % depth]. One segment is an ordinary matrix. Three
// are the rows of pixels under a 3 x 3 convolution: neighbouring m overlap in memory, so no im2col copy is made.
struct Rows {
    const float* segment[3];
    int depth;
    ptrdiff_t stride;
};

TS_INLINE Rows matrix(const float* a, int depth, ptrdiff_t stride) { return {{a, nullptr, nullptr}, depth, stride}; }

// Where results go: out[m * stride + n], after adding bias[n] and residual[m * residual_stride + n], unless they are
// null.
struct Target {
    float* out;
    ptrdiff_t stride;
    const float* bias;
    const float* residual;
    ptrdiff_t residual_stride;
};

enum class Activation { kNone, kGelu };

// Rows m.. of a tile, finished and stored.
template <Activation kind, int rows>
TS_INLINE void finish(vec (*c)[kPanelVectors], int m, int n, const Target& target) {
    vec v[rows * kPanelVectors];
    TS_UNROLL
    for (int i = 0; i < rows; ++i) {
        TS_UNROLL
        for (int j = 0; j < kPanelVectors; ++j) {
            vec value = c[i][j];
            if (target.bias) value = add(value, load(target.bias + n + j * kLanes));
            if (target.residual)
                value = add(value, load(target.residual + (m + i) * target.residual_stride + n + j * kLanes));
            v[i * kPanelVectors + j] = value;
        }
    }
    if constexpr (kind == Activation::kGelu) gelu<rows * kPanelVectors>(v);
    TS_UNROLL
    for (int i = 0; i < rows; ++i) {
        TS_UNROLL
        for (int j = 0; j < kPanelVectors; ++j) {
            store(target.out + (m + i) * target.stride + n + j * kLanes, v[i * kPanelVectors + j]);
        }
    }
}

// One pass over a range of k. Sums of an earlier pass are taken from target.out; the last pass finishes them.
struct Pass {
    bool first;
    bool last;
};

template <Activation kind, int segments, int M>
TS_NOINLINE void tile(const Rows& rows, int m, const float* TS_RESTRICT panel, const Target& target, int n, Pass pass) {
    vec c[M][kPanelVectors];
    float* const out = target.out + m * target.stride + n;
    TS_UNROLL
    for (int i = 0; i < M; ++i) {
        TS_UNROLL
        for (int j = 0; j < kPanelVectors; ++j) {
            c[i][j] = pass.first ? splat(0.0f) : load(out + i * target.stride + j * kLanes);
        }
    }
    const ptrdiff_t stride = rows.stride;
    for (int s = 0; s < segments; ++s) {
        // One pointer for three rows: with one for each, a tile of 12 runs out of registers for them.
        const float* a[(M + 2) / 3];
        TS_UNROLL
        for (int i = 0; i < (M + 2) / 3; ++i) a[i] = rows.segment[s] + (m + 3 * i) * stride;
        // With less unrolling this loop runs at half its speed on Zen 3.
        TS_UNROLL_4
        for (int k = 0; k < rows.depth; ++k) {
            vec b[kPanelVectors];
            TS_UNROLL
            for (int j = 0; j < kPanelVectors; ++j) b[j] = load(panel + j * kLanes);
            panel += kPanel;
            TS_UNROLL
            for (int i = 0; i < M; ++i) {
                const vec x = splat(a[i / 3][i % 3 * stride + k]);
                TS_UNROLL
                for (int j = 0; j < kPanelVectors; ++j) c[i][j] = fma(x, b[j], c[i][j]);
            }
        }
    }
    if (pass.last) {
        TS_UNROLL
        for (int i = 0; i + 2 <= M; i += 2) finish<kind, 2>(c + i, m + i, n, target);
        if constexpr (M % 2 == 1) finish<kind, 1>(c + M - 1, m + M - 1, n, target);
    } else {
        TS_UNROLL
        for (int i = 0; i < M; ++i) {
            TS_UNROLL
            for (int j = 0; j < kPanelVectors; ++j) store(out + i * target.stride + j * kLanes, c[i][j]);
        }
    }
}

// The last rows of a block: fewer than a whole tile.
template <Activation kind, int segments, int M>
static void short_tile(int count, const Rows& rows, int m, const float* panel, const Target& target, int n, Pass pass) {
    if constexpr (M > 0) {
        if (count == M) {
            tile<kind, segments, M>(rows, m, panel, target, n, pass);
        } else {
            short_tile<kind, segments, M - 1>(count, rows, m, panel, target, n, pass);
        }
    }
}

// All columns of one pass; the panel (at most kMaxDepth deep) stays in the first-level cache over all rows.
template <Activation kind, int segments>
static void pass_over(const Rows& rows, int count, const float* packed, ptrdiff_t panel_size, int outputs,
                      const Target& target, Pass pass) {
    for (int n = 0; n < outputs; n += kPanel) {
        const float* panel = packed + n / kPanel * panel_size;
        int m = 0;
        for (; m + kTileRows <= count; m += kTileRows) tile<kind, segments, kTileRows>(rows, m, panel, target, n, pass);
        short_tile<kind, segments, kTileRows - 1>(count - m, rows, m, panel, target, n, pass);
    }
}

// 384 x 16 floats are 24 KB of the first-level cache; 256 and 640 are both a little slower.
constexpr int kMaxDepth = 384;

// target.out (count x outputs) = activation(rows x packed^T + bias + residual).
template <Activation kind, int segments = 1>
static void multiply(const Rows& rows, int count, const float* packed, int outputs, const Target& target) {
    const int depth = segments * rows.depth;
    const ptrdiff_t panel_size = static_cast<ptrdiff_t>(depth) * kPanel;
    if (depth <= kMaxDepth) {
        pass_over<kind, segments>(rows, count, packed, panel_size, outputs, target, {true, true});
        return;
    }
    // Even parts, so that no pass is so short that loading and storing the sums costs more than it.
    const int parts = ceil_div(rows.depth, kMaxDepth);
    for (int s = 0; s < segments; ++s) {
        for (int part = 0; part < parts; ++part) {
            const int begin = rows.depth * part / parts, end = rows.depth * (part + 1) / parts;
            const Rows some = matrix(rows.segment[s] + begin, end - begin, rows.stride);
            const Pass pass = {s == 0 && part == 0, s == segments - 1 && part == parts - 1};
            pass_over<kind, 1>(some, count, packed + (static_cast<ptrdiff_t>(s) * rows.depth + begin) * kPanel,
                               panel_size, outputs, target, pass);
        }
    }
}

}  // namespace TS_ISA
