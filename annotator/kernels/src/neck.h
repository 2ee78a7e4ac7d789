// The encoder's neck, fused row by row; the result is transposed to planes on the way out.
#pragma once

#include "gemm.h"
#include "kernels.h"
#include "pool.h"
#include "rows.h"

namespace TS_ISA {
namespace neck {

constexpr int kColumns = 64;
constexpr float kEpsilon = 1e-6f;

struct Plan {
    ts::Neck args;
    int columns, strips;
    int rows, bands;
};

static Plan plan(const ts::Neck& args) {
    Plan p{args, least(args.width, kColumns), 0, 0, 0};
    p.strips = ceil_div(args.width, p.columns);
    p.bands = most(1, least(args.height / 4, ceil_div(4 * ts::threads(), p.strips)));
    p.rows = ceil_div(args.height, p.bands);
    p.bands = ceil_div(args.height, p.rows);
    return p;
}

static void norm(float* pixels, int count, int channels, const float* scale, const float* shift) {
    for (int i = 0; i < count; ++i, pixels += channels) scaled_norm(pixels, channels, kEpsilon, scale, shift, pixels);
}

static void item(const void* context, int index, float* scratch) {
    const Plan& p = *static_cast<const Plan*>(context);
    const ts::Neck& a = p.args;
    const int x = index % p.strips * p.columns, y = index / p.strips * p.rows;
    const int count = least(p.columns, a.width - x), end = least(a.height, y + p.rows);
    const Columns columns = columns_under(x, count, 1, a.width);
    RowRing ring(scratch, columns, a.outputs, a.height);
    float* const mixed = scratch + RowRing::size(p.columns + 2, a.outputs);

    const auto reduce = [&](int row, float* inside) {
        const int inside_count = columns.inside_end - columns.inside_first;
        const float* pixels = a.x + (static_cast<ptrdiff_t>(row) * a.width + columns.inside_first) * a.channels;
        multiply<Activation::kNone>(matrix(pixels, a.channels, a.channels), inside_count, a.reduce, a.outputs,
                                    {inside, a.outputs, nullptr, nullptr, 0});
        norm(inside, inside_count, a.outputs, a.reduce_scale, a.reduce_shift);
    };
    ring.start(y - 1);
    const ptrdiff_t plane = static_cast<ptrdiff_t>(a.height) * a.width;
    for (int row = y; row < end; ++row) {
        Rows rows{{}, 3 * a.outputs, a.outputs};
        ring.provide(row - 1, reduce, rows.segment);
        multiply<Activation::kNone, 3>(rows, count, a.mix, a.outputs, {mixed, a.outputs, nullptr, nullptr, 0});
        norm(mixed, count, a.outputs, a.mix_scale, a.mix_shift);
        float* const out = a.y + static_cast<ptrdiff_t>(row) * a.width + x;
        for (int c = 0; c < a.outputs; ++c) {
            for (int i = 0; i < count; ++i) out[c * plane + i] = mixed[static_cast<ptrdiff_t>(i) * a.outputs + c];
        }
    }
}

static bool run(const ts::Neck& args) {
    const Plan p = plan(args);
    const ptrdiff_t scratch =
        RowRing::size(p.columns + 2, args.outputs) + static_cast<ptrdiff_t>(p.columns) * args.outputs;
    return ts::run(p.strips * p.bands, static_cast<size_t>(scratch), item, &p);
}

}  // namespace neck
}  // namespace TS_ISA
