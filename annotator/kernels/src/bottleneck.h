// MBConv and patch merging without ever writing the expanded map: strips of it stay in the second-level cache.
#pragma once

#include "gemm.h"
#include "kernels.h"
#include "pool.h"
#include "rows.h"

namespace TS_ISA {
namespace bottleneck {

// A strip's three expanded rows and its weights fit 512 KB; wider strips recompute fewer columns at their edges.
constexpr int kInputColumns = 64;

struct Plan {
    ts::Bottleneck args;
    int out_height, out_width;
    int columns, strips;  // outputs per strip
    int rows, bands;      // output rows per item
};

static Plan plan(const ts::Bottleneck& args) {
    Plan p{args, (args.height - 1) / args.stride + 1, (args.width - 1) / args.stride + 1, 0, 0, 0, 0};
    p.columns = least(p.out_width, kInputColumns / args.stride);
    p.strips = ceil_div(p.out_width, p.columns);
    // Each band recomputes one or two rows above it, so bands are as tall as an even load allows.
    p.bands = most(1, least(p.out_height / 8, ceil_div(8 * ts::threads(), p.strips)));
    p.rows = ceil_div(p.out_height, p.bands);
    p.bands = ceil_div(p.out_height, p.rows);
    return p;
}

static ptrdiff_t ring_size(const Plan& p) { return RowRing::size((p.columns - 1) * p.args.stride + 3, p.args.hidden); }

template <int stride>
static void item(const void* context, int index, float* scratch) {
    const Plan& p = *static_cast<const Plan*>(context);
    const ts::Bottleneck& a = p.args;
    const int x = index % p.strips * p.columns, y = index / p.strips * p.rows;
    const int count = least(p.columns, p.out_width - x), end = least(p.out_height, y + p.rows);
    const Columns columns = columns_under(x, count, stride, a.width);
    RowRing ring(scratch, columns, a.hidden, a.height);
    float* const mixed = scratch + ring_size(p);

    const auto expand = [&](int row, float* inside) {
        const float* pixels = a.x + (static_cast<ptrdiff_t>(row) * a.width + columns.inside_first) * a.channels;
        multiply<Activation::kGelu>(matrix(pixels, a.channels, a.channels), columns.inside_end - columns.inside_first,
                                    a.expand, a.hidden, {inside, a.hidden, a.expand_bias, nullptr, 0});
    };
    ring.start(y * stride - 1);
    for (int row = y; row < end; ++row) {
        const float* rows[3];
        ring.provide(row * stride - 1, expand, rows);
        depthwise_row<stride, true>(rows, count, a.hidden, a.depthwise, a.depthwise_bias, mixed);
        const ptrdiff_t pixel = static_cast<ptrdiff_t>(row) * p.out_width + x;
        const Rows activations = matrix(mixed, a.hidden, a.hidden);
        float* const out = a.y + pixel * a.outputs;
        if (a.residual) {
            multiply<Activation::kGelu>(activations, count, a.project, a.outputs,
                                        {out, a.outputs, a.project_bias, a.x + pixel * a.channels, a.channels});
        } else {
            multiply<Activation::kNone>(activations, count, a.project, a.outputs,
                                        {out, a.outputs, a.project_bias, nullptr, 0});
        }
    }
}

static bool run(const ts::Bottleneck& args) {
    const Plan p = plan(args);
    const size_t scratch = static_cast<size_t>(ring_size(p)) + static_cast<size_t>(p.columns) * args.hidden;
    return ts::run(p.strips * p.bands, scratch, args.stride == 1 ? item<1> : item<2>, &p);
}

}  // namespace bottleneck
}  // namespace TS_ISA
