// The second half of a TinyViT block: depthwise convolution, norm and MLP of a few rows of pixels, all in cache.
#pragma once

#include "gemm.h"
#include "kernels.h"
#include "pool.h"
#include "rows.h"

namespace TS_ISA {
namespace conv_mlp {

// Every weight is read once for so many pixels, whose matrices must stay in the second-level cache.
constexpr int kPixels = 128;
constexpr float kEpsilon = 1e-5f;

struct Plan {
    ts::ConvMlp args;
    int columns, strips;
    int rows, bands;
    int slice;  // hidden units in cache at a time
};

static Plan plan(const ts::ConvMlp& args) {
    Plan p{args, least(args.width, kPixels), 0, 1, 0, 0};
    p.strips = ceil_div(args.width, p.columns);
    // Whole rows are contiguous, so several of them make one matrix.
    if (p.strips == 1) p.rows = most(1, kPixels / args.width);
    p.bands = ceil_div(args.height, p.rows);
    p.slice = ceil_div(args.hidden, ceil_div(args.hidden, kMaxDepth) * kPanel) * kPanel;
    return p;
}

static void item(const void* context, int index, float* scratch) {
    const Plan& p = *static_cast<const Plan*>(context);
    const ts::ConvMlp& a = p.args;
    const int x = index % p.strips * p.columns, y = index / p.strips * p.rows;
    const int width = least(p.columns, a.width - x), height = least(p.rows, a.height - y), count = width * height;
    const ptrdiff_t block = static_cast<ptrdiff_t>(p.rows) * p.columns;
    float* const conv = scratch;
    float* const normal = conv + block * a.channels;
    float* const hidden = normal + block * a.channels;
    const Columns columns = columns_under(x, width, 1, a.width);
    // The ring is done with before the hidden units are computed.
    RowRing ring(hidden, columns, a.channels, a.height);

    const auto copy = [&](int row, float* inside) {
        memcpy(inside, a.x + (static_cast<ptrdiff_t>(row) * a.width + columns.inside_first) * a.channels,
               static_cast<size_t>(columns.inside_end - columns.inside_first) * a.channels * sizeof(float));
    };
    ring.start(y - 1);
    for (int row = 0; row < height; ++row) {
        const float* rows[3];
        ring.provide(y + row - 1, copy, rows);
        depthwise_row<1, false>(rows, width, a.channels, a.depthwise, a.depthwise_bias,
                                conv + static_cast<ptrdiff_t>(row) * width * a.channels);
    }
    for (int i = 0; i < count; ++i) {
        normalize(conv + static_cast<ptrdiff_t>(i) * a.channels, a.channels, kEpsilon,
                  normal + static_cast<ptrdiff_t>(i) * a.channels);
    }
    float* const out = a.y + (static_cast<ptrdiff_t>(y) * a.width + x) * a.channels;
    const Target target{out, a.channels, a.project_bias, conv, a.channels};
    for (int begin = 0; begin < a.hidden; begin += p.slice) {
        const int size = least(p.slice, a.hidden - begin);
        multiply<Activation::kGelu>(matrix(normal, a.channels, a.channels), count,
                                    a.expand + static_cast<ptrdiff_t>(begin) * a.channels, size,
                                    {hidden, size, a.expand_bias + begin, nullptr, 0});
        pass_over<Activation::kNone, 1>(
            matrix(hidden, size, size), count, a.project + static_cast<ptrdiff_t>(begin) * kPanel,
            static_cast<ptrdiff_t>(a.hidden) * kPanel, a.channels, target, {begin == 0, begin + size == a.hidden});
    }
}

static bool run(const ts::ConvMlp& args) {
    const Plan p = plan(args);
    const ptrdiff_t block = static_cast<ptrdiff_t>(p.rows) * p.columns;
    const ptrdiff_t ring = RowRing::size(p.columns + 2, args.channels), hidden = block * p.slice;
    const ptrdiff_t scratch = 2 * block * args.channels + (ring > hidden ? ring : hidden);
    return ts::run(p.strips * p.bands, static_cast<size_t>(scratch), item, &p);
}

}  // namespace conv_mlp
}  // namespace TS_ISA
